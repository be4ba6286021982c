"""Commits share a transaction: what is wrong with one stays with it, what is wrong with the disk is told to all."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from holdfast.journal.port import Claim, Committed, NewRun, Recorded, RunFilter
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.journal.stores.sqlite.batch import Batch
from holdfast.journal.stores.sqlite.connection import connect
from holdfast.journal.stores.sqlite.group import GroupCommit, Work
from holdfast.journal.stores.sqlite.layout import lay_out
from holdfast.journal.stores.sqlite.writer import PENDING_MAX, Writer
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import JournalError
from holdfast.kernel.faults import Point, pass_by
from holdfast.kernel.ids import RunId
from holdfast.testing.conformance.journal.samples import (
    OTHER,
    RUN,
    begin,
    beginning,
    drive,
    events,
    following,
    letter,
    payload,
)

RUNS_AT_ONCE = 100


class CountingCommits(GroupCommit):
    """Remembers how large each group was."""

    sizes: tuple[int, ...] = ()

    def write(self, group: Sequence[Work[Any]]) -> list[object]:
        self.sizes = (*self.sizes, len(group))
        return super().write(group)


class Points:
    """Counts the points as they are reached, and plays what is planned for one."""

    def __init__(self) -> None:
        self.reached: Counter[str] = Counter()
        self.plan: dict[str, Callable[[], None]] = {}

    def __call__(self, point: str) -> None:
        self.reached[point] += 1
        self.plan.get(point, lambda: None)()


def disk_error() -> None:
    raise sqlite3.OperationalError("disk I/O error")


@pytest.fixture
def points() -> Points:
    return Points()


@pytest.fixture
async def watched(path: Path, clock: VirtualClock, points: Points) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(path, clock, on_point=points)
    await store.open()
    yield store
    await store.close()


async def test_commits_that_wait_together_share_a_transaction(watched: SqliteStore, points: Points) -> None:
    names = [RunId(f"run_{number}") for number in range(RUNS_AT_ONCE)]
    claims = [await drive(watched, name) for name in names]
    points.reached.clear()
    await asyncio.gather(*(watched.commit(following(claim)) for claim in claims))
    assert points.reached[Point.SQLITE_AFTER_COMMIT] < RUNS_AT_ONCE / 4


async def test_what_sqlite_cannot_hold_fails_alone(store: SqliteStore) -> None:
    names = [RunId(f"run_{number}") for number in range(20)]
    odd = NewRun("acme", "desk", title="no text: \udc80")
    results = await asyncio.gather(
        *(store.commit(beginning(name)) for name in names[:10]),
        store.commit(beginning(OTHER, odd)),
        *(store.commit(beginning(name)) for name in names[10:]),
        return_exceptions=True,
    )
    refused = results.pop(10)
    assert isinstance(refused, JournalError)
    assert "cannot hold this" in str(refused)
    assert results == [Committed(1)] * 20
    assert len(await store.runs(RunFilter())) == 20


async def test_an_event_at_no_instant_fails_alone(store: SqliteStore) -> None:
    claim, other = await drive(store), await drive(store, OTHER)
    never = msgspec.structs.replace(following(claim), events=(Recorded(2, float("nan"), b"never"),))
    results = await asyncio.gather(store.commit(following(other)), store.commit(never), return_exceptions=True)
    assert results[0] == Committed(2)
    assert isinstance(results[1], JournalError)
    assert await store.commit(following(claim)) == Committed(2)


async def test_when_the_transaction_fails_nobody_is_told_otherwise(watched: SqliteStore, points: Points) -> None:
    names = [RunId(f"run_{number}") for number in range(10)]
    points.plan[Point.SQLITE_BEFORE_COMMIT] = disk_error
    results = await asyncio.gather(*(watched.commit(beginning(name)) for name in names), return_exceptions=True)
    assert {type(result) for result in results} == {JournalError}
    assert "disk I/O error" in str(results[0])
    assert len({id(result) for result in results}) == len(results)
    assert await watched.runs(RunFilter()) == ()
    points.plan.clear()
    await begin(watched)


async def test_a_reply_lost_after_the_commit_is_recognised_when_it_is_sent_again(
    watched: SqliteStore, points: Points
) -> None:
    claim = await drive(watched)
    points.plan[Point.SQLITE_AFTER_COMMIT] = disk_error
    with pytest.raises(JournalError):
        await watched.commit(following(claim))
    points.plan.clear()
    assert await watched.commit(following(claim)) == Committed(2)
    assert await watched.read(RUN) == events(1, 2)


async def test_what_is_asked_in_one_turn_of_the_event_loop_is_written_as_one_group(
    path: Path, clock: VirtualClock
) -> None:
    commits = CountingCommits(path, lay_out(path, may_upgrade=True, reach=pass_by), clock, pass_by)
    writer = Writer(path, commits)
    await asyncio.gather(*[writer.submit(Batch.changes_of_others) for _ in range(50)])
    assert commits.sizes == (50,)
    asked = [asyncio.ensure_future(writer.submit(Batch.changes_of_others)) for _ in range(3)]
    await asyncio.sleep(0)  # accepted, and not handed over yet
    await writer.close()
    assert len(await asyncio.gather(*asked)) == 3


async def test_a_full_disk_refuses_and_keeps_what_was_acknowledged(path: Path, clock: VirtualClock) -> None:
    connection = lay_out(path, may_upgrade=True, reach=pass_by)
    connection.execute("PRAGMA max_page_count = 60")
    writer = Writer(path, GroupCommit(path, connection, clock, pass_by))
    await writer.submit(partial(Batch.commit, commit=beginning()))
    claim = await writer.submit(partial(Batch.claim, run=RUN, worker="worker-1", lease_seconds=30.0))
    assert isinstance(claim, Claim)
    version = 1
    with pytest.raises(JournalError, match=r"SQLITE_FULL.*make room on the disk"):  # noqa: PT012 – how many fit is open
        for version in range(1, 100):
            commit = following(claim, version, payloads=(payload(f"p{version}", bytes(16_384)),))
            await writer.submit(partial(Batch.commit, commit=commit))
    small = following(claim, version, event_count=0)
    assert await writer.submit(partial(Batch.commit, commit=small)) == Committed(version)
    await writer.close()
    store = SqliteStore(path, clock)
    await store.open()
    assert 2 <= version < 99
    assert await store.read(RUN) == events(1, version)
    assert await store.commit(following(claim, version)) == Committed(version + 1)
    await store.close()


async def test_a_file_that_stays_locked_refuses_and_is_used_again_once_it_is_free(
    path: Path, clock: VirtualClock
) -> None:
    connection = lay_out(path, may_upgrade=True, reach=pass_by)
    writer = Writer(path, GroupCommit(path, connection, clock, pass_by, busy_seconds=0.02))
    holder = connect(path, writes=True)
    holder.execute("BEGIN IMMEDIATE")
    begin_run = partial(Batch.commit, commit=beginning())
    results = await asyncio.gather(writer.submit(begin_run), writer.submit(begin_run), return_exceptions=True)
    assert {type(result) for result in results} == {JournalError}
    assert "another process kept the file locked" in str(results[0])
    holder.execute("COMMIT")
    assert await writer.submit(begin_run) == Committed(1)
    await writer.close()
    holder.close()


async def test_more_requests_than_there_is_room_for_wait(store: SqliteStore) -> None:
    count = PENDING_MAX + 50
    await asyncio.gather(*(store.post([letter(f"l{number}")]) for number in range(count)))
    assert len(await store.inbox(RUN)) == count


async def test_a_store_belongs_to_the_loop_that_opened_it(store: SqliteStore) -> None:
    def elsewhere() -> None:
        with pytest.raises(JournalError, match="another event loop"):
            asyncio.run(begin(store))

    await asyncio.to_thread(elsewhere)
    await begin(store)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_when_the_writing_thread_dies_nobody_is_left_waiting(watched: SqliteStore, points: Points) -> None:
    def bug() -> None:
        raise LookupError("a bug")

    points.plan[Point.SQLITE_BEFORE_COMMIT] = bug
    names = [RunId(f"run_{number}") for number in range(10)]
    results = await asyncio.gather(*(watched.commit(beginning(name)) for name in names), return_exceptions=True)
    assert {type(result) for result in results} == {JournalError}
    with pytest.raises(JournalError):
        await begin(watched)
    assert await watched.runs(RunFilter()) == ()
