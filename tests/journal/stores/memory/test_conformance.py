"""The memory store keeps the contract of a journal."""

import pytest

from holdfast.journal.stores.memory import MemoryDisk, MemoryStore
from holdfast.kernel.clock import VirtualClock
from holdfast.testing.conformance.journal import EmptyingConformance, StoreConformance


class Disk:
    """A memory disk under test."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self._disk = MemoryDisk()

    def store(self) -> MemoryStore:
        return MemoryStore(self.clock, self._disk)


class TestMemoryStore(StoreConformance, EmptyingConformance):
    @pytest.fixture
    def disk(self) -> Disk:
        return Disk()
