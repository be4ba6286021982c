"""Snapshots are a cache: from one and what came after follows the same state as from the whole journal, or none."""

import subprocess
import sys
from collections.abc import Sequence
from importlib import resources

import grimp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from holdfast.journal.events import Event, MailRead, NodeEntered
from holdfast.journal.fold import begin, evolve, fold
from holdfast.journal.fold.children import OfChild
from holdfast.journal.fold.state import RunState
from holdfast.journal.fold.steps import OfStep
from holdfast.journal.live import Live
from holdfast.journal.payloads import Payloads
from holdfast.journal.port import NO_EPOCH, Claim, Commit, Committed, NewRun, Parking, Recorded
from holdfast.journal.recorder import Recorder
from holdfast.journal.snapshots import (
    FOLD_VERSION,
    SNAPSHOT_EVERY,
    SOURCE_FILES,
    SOURCES,
    TAIL_SHARE,
    Current,
    current,
    freeze,
    is_due,
    thaw,
)
from holdfast.journal.stores.memory import MemoryStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.ids import CommitId, RunId
from tests.journal.samples import AT, RUN, called, every_event, recorded, ref, replied, started

ENTERED = NodeEntered(node="desk", kind="agent", input=ref("input"))


def journal(wanted: Sequence[Event]) -> list[Recorded]:
    """A journal that begins in the middle of a turn and goes on with what of ``wanted`` can happen then."""
    events: list[Event] = [started(), ENTERED, called(1), replied(1, "pay")]
    state = fold(recorded(events))
    for event in wanted:
        node = state.node("desk")
        agent = None if node is None else node.agent
        if isinstance(event, OfStep) and (agent is None or not agent.calls or agent.turn != event.turn):
            continue
        if isinstance(event, OfChild) and event.child not in state.children:
            continue
        state = evolve(state, event, AT)
        events.append(event)
    return recorded(events)


@given(st.lists(st.sampled_from(every_event()[1:]), max_size=16), st.integers(1, 20))
def test_a_snapshot_and_its_tail_give_what_the_whole_journal_gives(wanted: list[Event], cut: int) -> None:
    entries = journal(wanted)
    cut = min(cut, len(entries))
    state = thaw(freeze(fold(entries[:cut])), RUN)
    assert state is not None
    assert fold(entries[cut:], state) == fold(entries)
    assert type(state.nodes) is type(fold(entries[:cut]).nodes)


def test_a_gap_between_snapshot_and_tail_is_found() -> None:
    entries = journal([MailRead(position=1), MailRead(position=2)])
    with pytest.raises(Exception, match="expected version 5 next, found 6"):
        fold(entries[5:], fold(entries[:4]))


def test_a_snapshot_of_another_fold_counts_as_none() -> None:
    assert thaw(replace(freeze(state()), fold="another"), RUN) is None


def test_a_snapshot_of_another_run_or_version_counts_as_none() -> None:
    assert thaw(freeze(state()), RunId("run_other")) is None
    assert thaw(replace(freeze(state()), version=3), RUN) is None


@given(st.data())
def test_a_damaged_snapshot_counts_as_none(data: st.DataObject) -> None:
    whole = freeze(state())
    place = data.draw(st.integers(0, len(whole.body) - 1))
    flipped = bytes([whole.body[place] ^ data.draw(st.integers(1, 255))])
    assert thaw(replace(whole, body=whole.body[:place] + flipped + whole.body[place + 1 :]), RUN) is None
    assert thaw(replace(whole, body=whole.body[:place]), RUN) is None


def test_every_module_the_fold_comes_from_takes_part_in_its_version() -> None:
    graph = grimp.build_graph("holdfast", cache_dir=None)
    files = {f"holdfast.journal.{name.removesuffix('.py')}" for name in SOURCE_FILES}
    upstream = graph.find_upstream_modules("holdfast.journal.fold", as_package=True)
    assert {name for name in upstream if not name.startswith(SOURCES)} <= files
    assert {name.rpartition(".")[0] for name in upstream} <= {*SOURCES, "holdfast.journal", "holdfast"}
    assert all(resources.files("holdfast.journal").joinpath(name).is_file() for name in SOURCE_FILES)


def test_another_process_of_the_same_code_has_the_same_version_of_the_fold() -> None:
    program = "from holdfast.journal.snapshots import FOLD_VERSION; print(FOLD_VERSION)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == f"{FOLD_VERSION}\n"


@given(st.integers(1, 200_000))
def test_what_follows_on_the_last_snapshot_is_a_bounded_share_of_the_run(version: int) -> None:
    snapshot = 0
    for event in range(0, version, 97):
        if is_due(event, snapshot):
            snapshot = event
    assert version - snapshot <= max(SNAPSHOT_EVERY, version // TAIL_SHARE) + 97


async def test_a_recorder_takes_a_snapshot_when_one_is_due_and_a_state_is_had_from_it() -> None:
    store = await begun()
    first = await record(store, SNAPSHOT_EVERY + 5)
    assert first.snapshot_version == SNAPSHOT_EVERY + 6
    assert (await store.latest(RUN)).tail == ()
    then = await record(store, 7, first.snapshot_version)
    assert then.snapshot_version == first.snapshot_version
    assert len((await store.latest(RUN)).tail) == 7
    assert then.state == fold(await store.read(RUN))


async def test_a_state_is_had_without_a_snapshot_and_with_one_that_cannot_be_used() -> None:
    store = await begun()
    assert (await current(store, RUN)).snapshot_version == 0
    claim = await store.claim(RUN, "worker", 30.0)
    assert isinstance(claim, Claim)
    events = tuple(recorded([MailRead(position=1)], first=2))
    stale = replace(freeze(fold([*await store.read(RUN), *events])), fold="before")
    commit = Commit(
        commit_id=CommitId("c2"), run=RUN, epoch=1, expected=1, events=events, status="EXECUTING", snapshot=stale
    )
    assert await store.commit(commit) == Committed(2)
    found = await current(store, RUN)
    assert found.snapshot_version == 0
    assert found.state == fold(await store.read(RUN))


def state() -> RunState:
    return evolve(begin(started(), AT), ENTERED, AT + 1)


async def begun() -> MemoryStore:
    store = MemoryStore(VirtualClock())
    await store.open()
    begins = NewRun("default", "desk")
    events = tuple(recorded([started()]))
    commit = Commit(
        commit_id=CommitId("c1"), run=RUN, epoch=NO_EPOCH, expected=0, events=events, status="INTAKE", begins=begins
    )
    assert await store.commit(commit) == Committed(1)
    return store


async def record(store: MemoryStore, count: int, snapshot_version: int = 0) -> Current:
    """Drive the run for ``count`` events, and return its state as it is had from the store then."""
    head = await store.head(RUN)
    claim = await store.claim(RUN, "worker", 30.0)
    assert isinstance(claim, Claim)
    recorder = Recorder(
        store, VirtualClock(), Live(), Payloads(store, RUN, bytes(32)), fold(await store.read(RUN)), claim.epoch,
        snapshot_version,
    )  # fmt: skip
    recorder.append(*(MailRead(position=head.version + number) for number in range(count)))
    await recorder.park(Parking(0, None))
    return await current(store, RUN)
