"""Where the keys of data subjects are kept: in memory, or in a file of their own beside the store's."""

from holdfast.journal.stores.keys.file import FileKeys
from holdfast.journal.stores.keys.memory import MemoryKeys

__all__ = ["FileKeys", "MemoryKeys"]
