"""The one writer of a driver: branches never see a version, effects wait for what is durable, a refusal stops all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.journal.bus import Publication
from holdfast.journal.codec import decode
from holdfast.journal.events import CancelRequested, Event, EventAwaited, MailRead, NodeEntered
from holdfast.journal.fold import fold
from holdfast.journal.live import Live
from holdfast.journal.payloads import Payloads
from holdfast.journal.port import NO_EPOCH, Claim, Commit, CommitResult, Letter, NewRun, Parking
from holdfast.journal.recorder import Recorder, Stir, never_alone, stir_nobody
from holdfast.journal.stores.memory import MemoryStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import Fenced, JournalError
from holdfast.kernel.ids import CommitId, EventId, LetterId, RunId
from tests.journal.samples import RUN, recorded, started

KEY = b"k" * 32


class CountingStore(MemoryStore):
    """A memory store that remembers its commits, and can hold them back or break."""

    def __init__(self) -> None:
        super().__init__(VirtualClock())
        self.commits: list[Commit] = []
        self.committers: list[asyncio.Task[Any] | None] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.trouble: JournalError | None = None
        self.answers = asyncio.Event()
        self.answers.set()

    async def commit(self, commit: Commit) -> CommitResult:
        await self.gate.wait()
        if self.trouble is not None:
            raise self.trouble
        self.commits.append(commit)
        self.committers.append(asyncio.current_task())
        result = await super().commit(commit)
        await self.answers.wait()
        return result

    async def events(self) -> list[Event]:
        return [decode(entry.body) for entry in await self.read(RUN)]


async def begun() -> CountingStore:
    store = CountingStore()
    await store.open()
    events = tuple(recorded((started(),)))
    begins = NewRun("default", "desk")
    first = CommitId("c1")
    await store.commit(
        Commit(commit_id=first, run=RUN, epoch=NO_EPOCH, expected=0, events=events, status="INTAKE", begins=begins)
    )
    store.commits.clear()
    store.committers.clear()
    return store


@asynccontextmanager
async def recording(store: CountingStore, stir: Stir = stir_nobody) -> AsyncIterator[Recorder]:
    claim = await store.claim(RUN, "worker", 30.0)
    assert isinstance(claim, Claim)
    state = fold(await store.read(RUN))
    recorder = Recorder(store, VirtualClock(), Live(), Payloads(store, RUN, KEY), state, claim.epoch, stir=stir)
    writer = asyncio.create_task(recorder.write())
    try:
        yield recorder
    finally:
        writer.cancel()
        with contextlib.suppress(asyncio.CancelledError, Fenced, JournalError):
            await writer


async def test_the_state_changes_at_once_and_is_durable_later() -> None:
    store = await begun()
    store.gate.clear()
    async with recording(store) as recorder:
        recorder.append(MailRead(position=1))
        assert recorder.state.inbox_read == 1
        durable = asyncio.create_task(recorder.durable())
        await asyncio.sleep(0)
        assert not durable.done()
        store.gate.set()
        await durable
        assert await store.events() == [started(), MailRead(position=1)]


async def test_what_branches_append_while_a_commit_is_under_way_goes_into_the_next_one() -> None:
    store = await begun()
    store.gate.clear()
    async with recording(store) as recorder:

        async def branch(position: int) -> None:
            recorder.append(MailRead(position=position))
            await recorder.durable()

        branches = [asyncio.create_task(branch(position)) for position in range(1, 101)]
        await asyncio.sleep(0)
        store.gate.set()
        await asyncio.gather(*branches)
    assert len(store.commits) <= 2
    assert [event for commit in store.commits for event in commit.events] == list(await store.read(RUN, after=1))


async def test_who_waits_alone_commits_by_itself() -> None:
    store = await begun()
    async with recording(store) as recorder:
        recorder.is_alone = lambda: True
        recorder.append(MailRead(position=1))
        await recorder.durable()
    assert store.committers == [asyncio.current_task()]
    assert [commit.events for commit in store.commits] == [tuple(await store.read(RUN, after=1))]


async def test_what_nobody_waits_for_is_committed_all_the_same() -> None:
    store = await begun()
    async with recording(store) as recorder:
        recorder.is_alone = lambda: True
        recorder.append(MailRead(position=1))
        for _ in range(10):
            await asyncio.sleep(0)
    assert await store.events() == [started(), MailRead(position=1)]


async def test_a_commit_that_nobody_waited_to_hear_of_is_asked_for_again_and_done_once() -> None:
    store = await begun()
    async with recording(store) as recorder:
        recorder.is_alone = lambda: True
        for gate in (store.answers, store.gate):  # it was written, or not
            gate.clear()
            recorder.append(MailRead(position=recorder.state.version))
            waiting = asyncio.create_task(recorder.durable())
            for _ in range(3):
                await asyncio.sleep(0)
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await waiting
            gate.set()
            recorder.append(MailRead(position=recorder.state.version))
            await asyncio.wait_for(recorder.durable(), 5)
    entries = await store.read(RUN)
    assert [entry.version for entry in entries] == [1, 2, 3, 4, 5]
    assert recorder.lost() == []


async def test_who_is_cancelled_while_it_tells_others_has_committed() -> None:
    store, telling = await begun(), asyncio.Event()
    paid = Publication(event_id=EventId("evt_1"), tenant=started().tenant, topic="orders.paid", body=b"1")
    await store.bus.publish([paid])

    async def stir(_run: RunId) -> None:
        telling.set()
        await asyncio.Event().wait()

    async with recording(store, stir) as recorder:
        recorder.is_alone = lambda: True
        await asyncio.sleep(0)
        wait = EventAwaited(node="desk", number=1, topic="orders.paid", since=0.0)
        recorder.append(NodeEntered(node="desk", kind="event"), wait)
        alone = asyncio.create_task(recorder.durable())
        await telling.wait()
        alone.cancel()
        await asyncio.wait([alone])
        await recorder.durable()
        assert len(store.commits) == 1


async def test_payloads_and_letters_are_in_the_commit_of_the_events_they_came_with() -> None:
    store = await begun()
    async with recording(store) as recorder:
        kept = recorder.payloads.keep(b"content")
        letter = Letter(LetterId("l1"), RunId("run_other"), b"mail")
        recorder.append(MailRead(position=1), letters=(letter,))
        await recorder.durable()
    (commit,) = store.commits
    assert [payload.payload_id for payload in commit.payloads] == [kept]
    assert commit.letters == (letter,)


async def test_nothing_to_wait_for_is_no_wait() -> None:
    store = await begun()
    async with recording(store) as recorder:
        await recorder.durable()
    assert store.commits == []


async def test_a_driver_that_was_overtaken_is_stopped_and_nobody_believes_its_events_durable() -> None:
    store = await begun()
    claim = await store.claim(RUN, "first", 0.001)
    assert isinstance(claim, Claim)
    recorder = Recorder(
        store, VirtualClock(), Live(), Payloads(store, RUN, KEY), fold(await store.read(RUN)), claim.epoch - 1
    )
    recorder.append(MailRead(position=1))
    waiting = asyncio.create_task(recorder.durable())
    with pytest.raises(Fenced, match="another driver"):
        await recorder.write()
    assert not waiting.done()
    waiting.cancel()
    assert await store.events() == [started()]


async def test_a_store_in_trouble_stops_the_driver_with_the_store_s_own_error() -> None:
    store = await begun()
    claim = await store.claim(RUN, "worker", 30.0)
    assert isinstance(claim, Claim)
    recorder = Recorder(
        store, VirtualClock(), Live(), Payloads(store, RUN, KEY), fold(await store.read(RUN)), claim.epoch
    )
    store.trouble = JournalError("the disk is full")
    recorder.append(MailRead(position=1))
    with pytest.raises(JournalError, match="the disk is full"):
        await recorder.write()


async def test_parking_commits_what_is_pending_and_lets_go_of_the_run() -> None:
    store = await begun()
    async with recording(store) as recorder:
        recorder.append(MailRead(position=1))
        await recorder.park(Parking(0, None))
    assert await store.events() == [started(), MailRead(position=1)]
    head = await store.head(RUN)
    assert head.is_parked


async def test_renewing_commits_even_when_there_is_nothing_to_write() -> None:
    store = await begun()
    async with recording(store) as recorder:
        recorder.renew()
        for _ in range(10):
            await asyncio.sleep(0)
    assert [commit.events for commit in store.commits] == [()]


@given(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=5), min_size=1, max_size=6), st.data())
def test_however_branches_interleave_the_journal_has_every_event_once_without_gaps(
    branches: list[list[int]], data: st.DataObject
) -> None:
    async def scenario() -> Sequence[Event]:
        store = await begun()
        async with recording(store) as recorder:
            recorder.is_alone = lambda: data.draw(st.booleans())  # whoever commits, and when

            async def branch(positions: list[int]) -> None:
                for position in positions:
                    recorder.append(MailRead(position=position))
                    for _ in range(position % 3):
                        await asyncio.sleep(0)
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(0 if data.draw(st.booleans()) else None):
                            await recorder.durable()

            await asyncio.gather(*map(branch, branches))
            recorder.is_alone = never_alone
            await recorder.durable()
        entries = await store.read(RUN)
        assert [entry.version for entry in entries] == list(range(1, len(entries) + 1))
        return await store.events()

    events = asyncio.run(scenario())[1:]
    positions = sorted(event.position for event in events if isinstance(event, MailRead))
    assert positions == sorted(position for branch in branches for position in branch)


async def test_an_event_that_cannot_be_written_does_not_change_the_state() -> None:
    store = await begun()
    async with recording(store) as recorder:
        with pytest.raises(UnicodeEncodeError):
            recorder.append(CancelRequested(reason="\udcc3", by="caller"))
        assert recorder.state.version == 1
        recorder.append(MailRead(position=1))
        await recorder.durable()
    assert await store.events() == [started(), MailRead(position=1)]
