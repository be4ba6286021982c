"""What a run about a person shares goes with the person; what others share stays."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from holdfast.journal.port import Committed
from holdfast.journal.sealing.erasure import Erasure
from holdfast.journal.sealing.keeping import SealingStore
from holdfast.kernel.errors import JournalError
from holdfast.testing.conformance.journal.samples import DESK, OTHER, RUN, following, take
from holdfast.testing.conformance.journal.samples import beginning as first
from holdfast.testing.conformance.journal.sharing import writing
from tests.journal.sealing.subjects import SUBJECT, InMemory, about, sealing


@pytest.fixture
def disk() -> InMemory:
    return InMemory()


@pytest.fixture
async def store(disk: InMemory) -> AsyncIterator[SealingStore]:
    store = sealing(disk.inner(), disk.keys())
    await store.open()
    yield store
    await store.close()


async def populated(store: SealingStore) -> None:
    """Have a run about Anna share a and b, and a run about nobody share c and, after Anna, b."""
    await store.commit(first(RUN, about(DESK)))
    claim = await take(store, RUN)
    writes = (writing("a", 0, b'"Anna"'), writing("b", 0, b'"Anna"'))
    assert await store.commit(following(claim, shared=writes, is_over=True)) == Committed(2)
    await store.commit(first(OTHER))
    claim = await take(store, OTHER)
    marked = b"\xc1hf is how a seal begins"
    assert await store.commit(following(claim, shared=(writing("b", 1), writing("c", 0, marked)))) == Committed(2)


async def test_it_lies_sealed_and_is_read_in_the_clear(store: SealingStore) -> None:
    await populated(store)
    assert [each.body for each in await store.shared("acme", "desk", ["a"])] == [b'"Anna"']
    (kept,) = await store.inner.shared("acme", "desk", ["a"])
    assert kept.body is not None
    assert b"Anna" not in kept.body


async def test_whoever_is_erased_is_gone_from_it_and_the_versions_stay(store: SealingStore, disk: InMemory) -> None:
    await populated(store)
    await Erasure(store, disk.clock, "ERASED").erase("acme", SUBJECT)
    found = [(each.name, each.version, each.body) for each in await store.shared("acme", "desk")]
    assert found == [("a", 1, None), ("b", 2, b"1"), ("c", 1, b"\xc1hf is how a seal begins")]


async def test_a_sealed_value_counts_for_its_name_and_version_only(store: SealingStore, disk: InMemory) -> None:
    await populated(store)
    (kept,) = await store.inner.shared("acme", "desk", ["a"])
    disk.disk.desk.write(RUN, [replace(writing("z", 0), body=kept.body)], disk.clock.now())
    with pytest.raises(JournalError):
        await store.shared("acme", "desk", ["z"])
