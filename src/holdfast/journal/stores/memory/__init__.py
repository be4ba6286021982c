"""A journal in memory, for tests and throw-away runs."""

from holdfast.journal.stores.memory.disk import MemoryDisk
from holdfast.journal.stores.memory.store import MemoryStore

__all__ = ["MemoryDisk", "MemoryStore"]
