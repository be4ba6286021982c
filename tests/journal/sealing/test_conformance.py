"""A store behind seals keeps the contract of a journal: for runs in the clear, and for runs about a person."""

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from holdfast.journal.port import NewRun, RunFilter, Store
from holdfast.journal.sealing.keeping import SealingStore
from holdfast.journal.upkeep import Removed
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.testing.conformance.journal import StoreConformance
from holdfast.testing.conformance.journal.finding import listed
from holdfast.testing.conformance.journal.samples import RUN, beginning, drive, events, following, payload
from tests.journal.sealing.subjects import SUBJECT, AboutOnePerson, Disk, InFiles, InMemory, sealing


class Behind:
    """A disk whose stores have seals before them."""

    def __init__(self, disk: Disk, kind: type[SealingStore]) -> None:
        self.clock, self._disk, self._kind = disk.clock, disk, kind

    def store(self) -> SealingStore:
        made = sealing(self._disk.inner(), self._disk.keys())
        made.__class__ = self._kind
        return made


class TestInTheClearInMemory(StoreConformance):
    @pytest.fixture
    def disk(self) -> Behind:
        return Behind(InMemory(), SealingStore)


class TestInTheClearInAFile(StoreConformance):
    @pytest.fixture
    def disk(self, tmp_path: Path) -> Behind:
        return Behind(InFiles(tmp_path / "runs.db"), SealingStore)


class Sealed(StoreConformance):
    """The suite, but for one test that knows how long a payload is where it lies."""

    async def test_payloads_that_no_event_names_are_trimmed(self, store: Store) -> None:
        claim = await drive(store)
        body = msgspec.msgpack.encode({"event": "x", "result": "p1", "deep": [{"items": ["p2"]}]})
        named = replace(events(2)[0], body=body)
        commit = following(claim, is_over=True, payloads=(payload("p1"), payload("p2"), payload("p3")))
        await store.commit(replace(commit, events=(named,)))
        assert isinstance(store, SealingStore)
        assert (await store.trim([RUN])).payloads == 1
        wanted = [PayloadId(f"p{number}") for number in (1, 2, 3)]
        assert sorted(await store.payloads(RUN, wanted)) == ["p1", "p2"]
        assert await store.trim([RUN]) == Removed()

    async def test_the_run_that_a_request_has_begun_is_listed_by_it(self, store: Store) -> None:
        await store.commit(beginning(RunId("run_1"), NewRun("acme", "desk", "r1")))
        request = ("acme", "r1")
        assert await listed(store, RunFilter(request=request)) == []
        assert await listed(store, RunFilter(request=request, subject=SUBJECT)) == ["run_1"]
        assert await listed(store, RunFilter(request=request, subject="nobody")) == []
        assert await listed(store, RunFilter(request=("acme", "r2"), subject=SUBJECT)) == []


class TestSealedInMemory(Sealed):
    @pytest.fixture
    def disk(self) -> Behind:
        return Behind(InMemory(), AboutOnePerson)


class TestSealedInAFile(Sealed):
    @pytest.fixture
    def disk(self, tmp_path: Path) -> Behind:
        return Behind(InFiles(tmp_path / "runs.db"), AboutOnePerson)
