"""Erasing a person leaves the skeletons of their runs and nothing that could be read, wherever it breaks off."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from holdfast.journal.port import Lost, NewRun, Parking, RunFilter
from holdfast.journal.sealing.envelope import ERASED
from holdfast.journal.sealing.erasure import Erasure
from holdfast.journal.sealing.keeping import SealingStore
from holdfast.journal.sealing.port import SubjectKey
from holdfast.journal.stores.keys import MemoryKeys
from holdfast.journal.stores.memory import MemoryDisk, MemoryStore
from holdfast.journal.upkeep import Removed
from holdfast.kernel.errors import Erased, InputError
from holdfast.kernel.faults import Point, Reach, pass_by
from holdfast.kernel.ids import RunId
from holdfast.testing.conformance.journal.samples import (
    OTHER,
    RUN,
    beginning,
    due_runs,
    following,
    letter,
    take,
)
from holdfast.testing.faults.diary import Diary
from holdfast.testing.faults.lives import Death, Fate, live
from tests.journal.sealing.subjects import SUBJECT, Disk, InFiles, InMemory, sealing
from tests.journal.sealing.test_sealed import ABOUT_ANNA, SECRET, lived

TENANT = ABOUT_ANNA.tenant
ENDED_AS = "CANCELLED"
BYSTANDER = NewRun("acme", "desk", title="Bert", subject="bert@example.org")
BERTS, PLAIN = RunId("run_bert"), RunId("run_plain")
EVENTS = 4
"""How many a run has that ``lived``."""
LIFE_SECONDS_MAX = 30.0


@pytest.fixture(params=["memory", "file"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Disk:
    return InMemory() if request.param == "memory" else InFiles(tmp_path / "runs.db")


@asynccontextmanager
async def opened(disk: Disk, reach: Reach = pass_by) -> AsyncIterator[SealingStore]:
    store = sealing(disk.inner(reach), disk.keys(reach))
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture
async def store(disk: Disk) -> AsyncIterator[SealingStore]:
    async with opened(disk) as store:
        yield store


def erasure(store: SealingStore, disk: Disk) -> Erasure:
    return Erasure(store, disk.clock, ENDED_AS)


async def populated(store: SealingStore) -> None:
    """Have two runs about Anna, one about Bert, and one about nobody."""
    await lived(store)
    await lived(store, OTHER, replace(ABOUT_ANNA, request_id=None))
    await lived(store, BERTS, BYSTANDER)
    await lived(store, PLAIN, NewRun("acme", "desk"))


async def check_erased(store: SealingStore, run: RunId) -> None:
    """Nothing of ``run`` can be read, by any way in."""
    for look in (store.read(run), store.latest(run), store.archive(run)):
        with pytest.raises(Erased, match=run):
            await look
    with pytest.raises(Erased):
        await store.inbox(run)
    head = await store.head(run)
    assert (head.title, head.request_id, head.subject) == ("", None, None)
    assert head.erased_at is not None


async def test_an_erased_run_is_listed_and_cannot_be_read(store: SealingStore, disk: Disk) -> None:
    await populated(store)
    before = await store.head(RUN)
    done = await erasure(store, disk).erase(TENANT, SUBJECT)
    assert (done.keys, done.removed.runs, done.removed.events, done.removed.payloads) == (1, 2, 2 * EVENTS, 4)
    for run in (RUN, OTHER):
        await check_erased(store, run)
        with pytest.raises(Erased):
            await store.post([letter("l9", run)])
    after = await store.head(RUN)
    assert after == replace(before, title="", request_id=None, subject=None, erased_at=disk.clock.now())
    assert [head.run for head in await store.runs(RunFilter())] == [PLAIN, BERTS, OTHER, RUN]


async def test_nobody_else_is_touched(store: SealingStore, disk: Disk) -> None:
    await populated(store)
    before = [await store.archive(run) for run in (BERTS, PLAIN)]
    await erasure(store, disk).erase(TENANT, SUBJECT)
    assert [await store.archive(run) for run in (BERTS, PLAIN)] == before


async def test_what_lies_in_the_store_holds_nothing_any_more(store: SealingStore, disk: Disk) -> None:
    await populated(store)
    await erasure(store, disk).erase(TENANT, SUBJECT)
    held = await store.inner.archive(RUN)
    assert {event.body for event in held.events} == {ERASED}
    assert ([event.version for event in held.events], held.payloads) == ([1, 2, 3, 4], ())
    assert {mail.body for mail in held.letters} == {ERASED}
    assert (await store.inner.latest(RUN)).snapshot is None


async def test_erasing_twice_is_harmless(store: SealingStore, disk: Disk) -> None:
    await populated(store)
    await erasure(store, disk).erase(TENANT, SUBJECT)
    held = await store.inner.archive(RUN)
    again = await erasure(store, disk).erase(TENANT, SUBJECT)
    assert (again.keys, again.removed, again.already) == (0, Removed(), 2)
    assert await store.inner.archive(RUN) == held
    assert (await erasure(store, disk).look(TENANT, SUBJECT)).is_erased


async def test_whoever_was_never_a_subject_is_told_so(store: SealingStore, disk: Disk) -> None:
    """A name misspelt must not look like an erasure that was done."""
    await populated(store)
    for tenant, subject in ((TENANT, "ana@example.org"), ("globex", SUBJECT)):
        with pytest.raises(InputError, match="check how it is written"):
            await erasure(store, disk).erase(tenant, subject)
    assert len(await store.read(RUN)) == EVENTS


async def test_a_person_who_comes_back_begins_anew(store: SealingStore, disk: Disk) -> None:
    await lived(store)
    await erasure(store, disk).erase(TENANT, SUBJECT)
    await lived(store, OTHER, ABOUT_ANNA)
    await check_erased(store, RUN)
    assert (await store.head(OTHER)).subject == SUBJECT
    kept = await erasure(store, disk).look(TENANT, SUBJECT)
    assert ([head.run for head in kept.full], list(kept.empty)) == ([OTHER], [RUN])
    await erasure(store, disk).erase(TENANT, SUBJECT)
    await check_erased(store, OTHER)


# --- runs that are going ---


async def test_nothing_is_erased_while_a_run_is_not_over(store: SealingStore, disk: Disk) -> None:
    await lived(store)
    await store.commit(beginning(OTHER, replace(ABOUT_ANNA, request_id=None), parking=Parking(0, None)))
    with pytest.raises(InputError, match=f"not over .{OTHER}.: .*--cancel"):
        await erasure(store, disk).erase(TENANT, SUBJECT)
    assert len(await store.read(RUN)) == EVENTS


async def test_a_run_that_nobody_drives_is_ended_if_asked_for(store: SealingStore, disk: Disk) -> None:
    await store.commit(beginning(RUN, ABOUT_ANNA))
    assert await due_runs(store, disk.clock.now()) == [RUN]
    await erasure(store, disk).erase(TENANT, SUBJECT, ends_parked=True)
    head = await store.head(RUN)
    assert (head.status, head.is_over, head.version) == (ENDED_AS, True, 1)
    assert await due_runs(store, disk.clock.now() + 1e6) == []
    with pytest.raises(Erased, match=RUN):
        await store.claim(RUN, "worker-1", 1.0)


async def test_a_run_that_is_being_driven_is_never_ended(store: SealingStore, disk: Disk) -> None:
    await store.commit(beginning(RUN, ABOUT_ANNA))
    claim = await take(store)
    with pytest.raises(InputError, match="driven at this moment"):
        await erasure(store, disk).erase(TENANT, SUBJECT, ends_parked=True)
    await store.commit(following(claim))
    assert len(await store.read(RUN)) == 2


async def test_a_driver_that_froze_through_an_erasure_has_lost_its_run(store: SealingStore, disk: Disk) -> None:
    await store.commit(beginning(RUN, ABOUT_ANNA))
    claim = await take(store)
    frozen = sealing(store.inner, store.keys)
    assert len(await frozen.read(RUN)) == 1
    await disk.clock.advance(1_000)
    await erasure(store, disk).erase(TENANT, SUBJECT, ends_parked=True)
    assert await frozen.commit(following(claim)) == Lost(claim.epoch + 1)


class ErasedMeanwhile(MemoryKeys):
    """Keys of a person who is erased between the making of a key and its first use."""

    async def make(self, tenant: str, subject: str) -> SubjectKey:
        made = await super().make(tenant, subject)
        await self.destroy(made.key_id)
        return made


async def test_a_run_that_begins_while_its_person_is_erased_is_refused_and_erased_next_time() -> None:
    disk = InMemory()
    store = sealing(disk.inner(), ErasedMeanwhile(disk.clock))
    await store.open()
    with pytest.raises(Erased, match=RUN):
        await store.commit(beginning(RUN, ABOUT_ANNA))
    done = await erasure(store, disk).erase(TENANT, SUBJECT)
    assert (done.keys, done.removed.runs) == (0, 1)
    assert await due_runs(store, disk.clock.now() + 1e6) == []
    await store.close()


# --- copies ---


async def test_an_earlier_backup_can_be_read_only_until_the_erasure(tmp_path: Path) -> None:
    disk, copied = InFiles(tmp_path / "runs.db"), InFiles(tmp_path / "copy.db")
    async with opened(disk) as store:
        await populated(store)
        await store.backup(copied.path, lambda _done, _total: None)
        async with asyncio.timeout(60):
            copy = sealing(copied.inner(), disk.keys())
            await copy.open()
            assert len(await copy.read(RUN)) == EVENTS
            await copy.close()
            await erasure(store, disk).erase(TENANT, SUBJECT)
            copy = sealing(copied.inner(), disk.keys())
            await copy.open()
            await check_erased(copy, RUN)
            assert len(await copy.read(BERTS)) == EVENTS
            assert (await erasure(copy, copied).erase(TENANT, SUBJECT)).removed.runs == 2
            await copy.close()


async def test_an_erased_run_does_not_come_back_by_import(store: SealingStore, disk: Disk) -> None:
    await lived(store)
    archive = await store.archive(RUN)
    await erasure(store, disk).erase(TENANT, SUBJECT)
    with pytest.raises(Erased):
        await store.restore(archive)
    assert (await store.inner.archive(RUN)).payloads == ()


async def test_an_erased_run_can_be_removed_and_has_nothing_to_trim(store: SealingStore, disk: Disk) -> None:
    await populated(store)
    await erasure(store, disk).erase(TENANT, SUBJECT)
    assert await store.trim([RUN]) == Removed()
    assert (await store.remove([RUN])).runs == 1
    assert [head.run for head in await store.runs(RunFilter())] == [PLAIN, BERTS, OTHER]


# --- a crash at every write ---


class Died(Exception):
    """The process ended here, as far as memory is concerned."""


async def test_whatever_write_in_memory_it_ends_at_a_second_erasure_finishes() -> None:
    for number in range(1, 9):
        disk, passed = InMemory(disk=MemoryDisk()), 0
        async with opened(disk) as store:
            await populated(store)

        def reach(point: str, number: int = number) -> None:
            nonlocal passed
            passed += point.startswith("memory.")
            if passed == number:
                raise Died

        store = sealing(MemoryStore(disk.clock, disk.disk, on_point=reach), disk.keys())
        await store.open()
        try:
            await erasure(store, disk).erase(TENANT, SUBJECT)
        except Died:
            pass
        else:
            assert number > 2, "the one transaction that empties runs has a point before and one after"
        async with opened(disk) as after:
            await erasure(after, disk).erase(TENANT, SUBJECT)
            await check_erased(after, RUN)
            assert len(await after.read(BERTS)) == EVENTS


async def erase_in(folder: Path, reach: Reach) -> None:
    disk = InFiles(folder / "runs.db")
    async with opened(disk, reach) as store:
        await erasure(store, disk).erase(TENANT, SUBJECT)


def erasing(folder: Path, reach: Reach) -> None:
    asyncio.run(erase_in(folder, reach))


def test_whatever_write_it_is_killed_at_a_second_erasure_finishes(tmp_path: Path) -> None:
    key, first = asyncio.run(prepared(tmp_path / "first")), tmp_path / "first"
    diary = Diary(tmp_path / "points")
    spared = copied(first, tmp_path / "spared")
    assert live(partial(erasing, spared), Fate(), diary, LIFE_SECONDS_MAX).is_whole
    points = [note.name for note in diary.read() if note.what == "point"]
    assert {Point.KEYS_BEFORE_COMMIT, Point.KEYS_AFTER_COMMIT, Point.SQLITE_AFTER_COMMIT} <= set(points)
    for number in range(1, len(points) + 1):
        folder = copied(first, tmp_path / f"{number}")
        diary = Diary(tmp_path / f"diary {number}")
        fate = Fate(number, Death.SIGKILL)
        ended = live(partial(erasing, folder), fate, diary, LIFE_SECONDS_MAX)
        assert ended.is_killed, (number, points[number - 1], ended)
        asyncio.run(whole_or_erased(folder))
        asyncio.run(erase_in(folder, pass_by))
        asyncio.run(finished(folder, key))


async def prepared(folder: Path) -> bytes:
    """Make a store with its keys, closed, and return the key that is to go."""
    disk = InFiles(folder / "runs.db")
    async with opened(disk) as store:
        await populated(store)
        return (await store.keys.make(TENANT, SUBJECT)).key or b""


def copied(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to)
    return to


async def whole_or_erased(folder: Path) -> None:
    """What a killed erasure leaves is a run that can be read, or one of which it is said that it was erased."""
    async with opened(InFiles(folder / "runs.db")) as store:
        for run in (RUN, OTHER):
            try:
                assert len(await store.read(run)) == EVENTS
            except Erased:
                await check_erased(store, run)


async def finished(folder: Path, key: bytes) -> None:
    disk = InFiles(folder / "runs.db")
    async with opened(disk) as store:
        for run in (RUN, OTHER):
            await check_erased(store, run)
        assert len(await store.read(BERTS)) == EVENTS
        assert (await erasure(store, disk).look(TENANT, SUBJECT)).is_erased
    with closing(sqlite3.connect(disk.path)) as connection:
        assert connection.execute("SELECT count(*) FROM payloads WHERE run_id <= 2").fetchall() == [(0,)]
    assert files_with(folder, key) == []
    assert files_with(folder, SECRET.encode()), "a run about nobody still says it"


def files_with(folder: Path, told: bytes) -> list[str]:
    """Return the files in which ``told`` can be read."""
    return [file.name for file in folder.iterdir() if told in file.read_bytes()]
