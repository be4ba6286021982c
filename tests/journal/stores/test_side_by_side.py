"""The memory and the SQLite store, driven by the same random program, give the same answers all along."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from holdfast.journal.bus import (
    Delivery,
    DeliveryFilter,
    DeliveryState,
    EventFilter,
    EventWait,
    Position,
    Publication,
)
from holdfast.journal.ledger import Entries
from holdfast.journal.port import (
    NO_EPOCH,
    Claim,
    Commit,
    Letter,
    NewRun,
    Parking,
    Payload,
    Recorded,
    RunFilter,
    Snapshot,
    Store,
)
from holdfast.journal.stores.memory import MemoryDisk, MemoryStore
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.journal.upkeep import Archive
from holdfast.kernel.charges import Charge
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import HoldfastError
from holdfast.kernel.ids import CommitId, EventId, LetterId, PayloadId, RunId
from holdfast.kernel.randomness import SeededRandomness
from holdfast.testing.conformance.journal.upkeeping import kept

RUNS = tuple(RunId(f"run_{name}") for name in "abc")
PAYLOADS = tuple(PayloadId(f"p{number}") for number in range(3))

runs = st.sampled_from(RUNS)
letters = st.lists(
    st.builds(Letter, st.sampled_from([LetterId(f"l{number}") for number in range(5)]), runs, st.binary(max_size=3)),
    max_size=3,
).map(tuple)
payloads = st.lists(st.builds(Payload, st.sampled_from(PAYLOADS), st.binary(max_size=3)), max_size=2).map(tuple)
parkings = st.none() | st.tuples(st.integers(0, 4), st.none() | st.integers(-5, 60))
new_runs = st.builds(
    NewRun,
    st.sampled_from(["acme", "globex"]),
    st.sampled_from(["desk", "review"]),
    st.none() | st.sampled_from(["request-1", "request-2"]),
    st.none() | runs,
)
commit_ids = st.sampled_from([CommitId(f"c{number}") for number in range(4)])
endings = st.sampled_from([False] * 9 + [True])
statuses = st.sampled_from(["executing", "waiting"])
charges = st.builds(Charge, st.integers(1, 3), *[st.integers(-2, 9)] * 3, *[st.integers(0, 2)] * 2)
entries = st.none() | st.builds(
    Entries,
    st.sampled_from(["acme", "globex"]),
    st.sampled_from(["desk", "review"]),
    st.lists(charges, max_size=2, unique_by=lambda charge: charge.day).map(tuple),
)
TOPICS = ("paid", "sent")
topics = st.sampled_from(TOPICS)
keys = st.none() | st.sampled_from(["k1", "k2"])
event_ids = st.sampled_from([EventId(f"e{number}") for number in range(8)])
publications = st.lists(
    st.builds(
        Publication,
        event_id=event_ids,
        tenant=st.sampled_from(["acme", "globex"]),
        topic=topics,
        body=st.binary(max_size=3),
        key=keys,
        caused_by=st.none() | event_ids,
        hops=st.integers(0, 3),
    ),
    max_size=2,
).map(tuple)
event_waits = st.lists(
    st.builds(
        EventWait,
        number=st.integers(1, 3),
        tenant=st.sampled_from(["acme", "globex"]),
        topic=topics,
        key=keys,
        since=st.none() | st.sampled_from([0.0, 1e12]),
        is_over=st.booleans(),
        met=st.none() | event_ids,
    ),
    max_size=2,
).map(tuple)
deliveries = st.lists(
    st.builds(
        Delivery,
        subscription=st.just("desk"),
        generation=st.integers(1, 2),
        offset=st.integers(1, 6),
        event_id=st.just(EventId("")),
        tenant=st.just("acme"),
        state=st.sampled_from(DeliveryState),
        key=keys,
    ).map(lambda each: replace(each, event_id=EventId(f"e{each.offset}"))),
    max_size=3,
    unique_by=lambda each: (each.generation, each.offset),
).map(tuple)


class SideBySide(RuleBasedStateMachine):
    """Any program a caller could write, on both stores at once."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = VirtualClock()
        self.disk = MemoryDisk()
        self.seed = 0
        self.commit_count = 0
        self.claims: dict[RunId, list[Claim]] = {}
        self.last: Commit | None = None
        self.stores: tuple[Store, Store] = self.opened()

    def opened(self) -> tuple[Store, Store]:
        self.seed += 1
        path = Path(self.folder.name) / "journal.db"
        stores = (
            MemoryStore(self.clock, self.disk, randomness=SeededRandomness(self.seed)),
            SqliteStore(path, self.clock, randomness=SeededRandomness(self.seed)),
        )
        for store in stores:
            self.runner.run(store.open())
        return stores

    def ask(self, question: Callable[[Store], Awaitable[object]]) -> object:
        """Ask both stores; their answers must be the same."""

        async def asked(store: Store) -> object:
            try:
                return await question(store)
            except HoldfastError as refused:
                return type(refused), str(refused)

        memory, sqlite = [self.runner.run(asked(store)) for store in self.stores]
        assert sqlite == memory
        return memory

    def commit(self, commit: Commit) -> None:
        self.last = commit
        self.ask(lambda store: store.commit(commit))

    def parking(self, wanted: tuple[int, int | None] | None) -> Parking | None:
        if wanted is None:
            return None
        read, seconds = wanted
        return Parking(read, None if seconds is None else self.clock.now() + seconds)

    @rule(
        run=runs, new=new_runs, commit_id=commit_ids, count=st.integers(0, 2), letters=letters, parking=parkings,
        is_over=endings,
    )  # fmt: skip
    def begin(
        self, run: RunId, new: NewRun, commit_id: CommitId, count: int, letters: tuple[Letter, ...],
        parking: tuple[int, int | None] | None, is_over: bool,
    ) -> None:  # fmt: skip
        self.commit(
            Commit(
                commit_id=commit_id,
                run=run,
                epoch=NO_EPOCH,
                expected=0,
                events=tuple(Recorded(version, 0.5, b"begun") for version in range(1, count + 1)),
                status="begun",
                is_over=is_over,
                letters=letters,
                parking=self.parking(parking),
                begins=new,
            )
        )

    @initialize()
    def begin_two(self) -> None:
        """Most programs are about runs that somebody drives."""
        for run in RUNS[:2]:
            first = (Recorded(1, 0.5, b"begun"),)
            begins = NewRun("acme", "desk", parent=RUNS[2])
            self.commit(
                Commit(
                    commit_id=CommitId("c0"),
                    run=run,
                    epoch=NO_EPOCH,
                    expected=0,
                    events=first,
                    status="begun",
                    begins=begins,
                )
            )
            self.claim(run, "one", 10.0)

    @rule(run=runs, worker=st.sampled_from(["one", "two"]), seconds=st.sampled_from([10.0, 30.0]))
    def claim(self, run: RunId, worker: str, seconds: float) -> None:
        claim = self.ask(lambda store: store.claim(run, worker, seconds))
        if isinstance(claim, Claim):
            self.claims.setdefault(run, []).append(claim)

    @rule(
        run=st.sampled_from(RUNS[:2]), is_wild=st.booleans(), back=st.integers(0, 1), off=st.integers(-1, 1),
        commit_id=commit_ids, count=st.integers(0, 2), status=statuses, payloads=payloads, letters=letters,
        parking=parkings, is_over=endings, has_snapshot=st.booleans(), entries=entries, publishes=publications,
        waits=event_waits,
    )  # fmt: skip
    def drive(
        self, run: RunId, is_wild: bool, back: int, off: int, commit_id: CommitId, count: int, status: str,
        payloads: tuple[Payload, ...], letters: tuple[Letter, ...], parking: tuple[int, int | None] | None,
        is_over: bool, has_snapshot: bool, entries: Entries | None, publishes: tuple[Publication, ...],
        waits: tuple[EventWait, ...],
    ) -> None:  # fmt: skip
        """Commit as the run's driver; a wild one may be an earlier driver, on another version, under a used id."""
        claims = self.claims[run]
        claim = claims[-1 - back] if is_wild and back < len(claims) else claims[-1]
        version = self.runner.run(self.stores[0].head(run)).version
        expected = max(0, version + off) if is_wild else version
        self.commit_count += 1
        self.commit(
            Commit(
                commit_id=commit_id if is_wild else CommitId(f"own-{self.commit_count}"),
                run=run,
                epoch=claim.epoch,
                expected=expected,
                events=tuple(Recorded(expected + number, 0.5, b"more") for number in range(1, count + 1)),
                status=status,
                is_over=is_over,
                payloads=payloads,
                letters=letters,
                parking=self.parking(parking),
                snapshot=Snapshot(expected + count, "fold", b"state") if has_snapshot else None,
                entries=entries,
                publishes=publishes,
                waits=waits,
            )
        )

    @precondition(lambda self: self.last)
    @rule()
    def send_again(self) -> None:
        assert self.last is not None
        self.commit(self.last)

    @rule(letters=letters, tenant=st.sampled_from(["acme", "globex"]))
    def post(self, letters: tuple[Letter, ...], tenant: str) -> None:
        self.ask(lambda store: store.post(letters))
        self.ask(lambda store: store.tenant_key(tenant))

    @rule(given=publications)
    def publish(self, given: tuple[Publication, ...]) -> None:
        self.ask(lambda store: store.bus.publish(given))

    @rule(topic=topics, back=st.integers(0, 1), on=st.integers(0, 3), taken=deliveries, from_start=st.booleans())
    def deliver(
        self, topic: str, back: int, on: int, taken: tuple[Delivery, ...], from_start: bool
    ) -> None:  # fmt: skip
        at = self.ask(lambda store: store.bus.subscribe("desk", topic, "desk", from_start=from_start))
        if isinstance(at, Position):
            was = replace(at, position=max(0, at.position - back))
            self.ask(lambda store: store.bus.advance(was, at.position + on, taken))
        self.ask(lambda store: store.bus.settle(taken))

    @rule(position=st.integers(-1, 3), forgets=st.booleans(), count=st.integers(0, 3))
    def deliver_anew(self, position: int, forgets: bool, count: int) -> None:
        self.ask(lambda store: store.bus.rewind("desk", position))
        self.ask(lambda store: store.bus.prune(self.clock.now(), count))
        if forgets:
            self.ask(lambda store: store.bus.unsubscribe("desk"))

    @rule(seconds=st.sampled_from([31.0, 5.0, 0.25]))
    def wait(self, seconds: float) -> None:
        self.runner.run(self.clock.advance(seconds))

    @rule(run=st.sampled_from(RUNS[:2]))
    def take_over(self, run: RunId) -> None:
        self.wait(31.0)
        self.claim(run, "two", 10.0)

    @rule(app=st.none() | st.just("desk"), before=st.none() | runs, parent=st.none() | runs, count=st.integers(0, 3))
    def find(self, app: str | None, before: RunId | None, parent: RunId | None, count: int) -> None:
        which = RunFilter(app=app, before=before, parent=parent, count_max=count, statuses=("executing", "begun"))
        self.ask(lambda store: store.runs(which))
        self.ask(lambda store: store.due(self.clock.now() + 20, count))

    @rule(run=runs)
    def move_out_and_in(self, run: RunId) -> None:
        """What is taken out is put back as often as it goes: nothing, the same, or a run that waits."""
        archive = self.ask(lambda store: kept(store).archive(run))
        if not isinstance(archive, Archive):
            return
        self.ask(lambda store: kept(store).trim([run]))
        self.ask(lambda store: kept(store).weigh([run]))
        self.ask(lambda store: kept(store).remove([run]))
        self.ask(lambda store: kept(store).restore(archive))

    @rule(seconds=st.sampled_from([0.0, 20.0]), count=st.integers(0, 3))
    def look_for_ended(self, seconds: float, count: int) -> None:
        self.ask(lambda store: kept(store).ended(self.clock.now() - seconds, count))

    @rule()
    def reopen(self) -> None:
        for store in self.stores:
            self.runner.run(store.close())
        self.stores = self.opened()

    @invariant()
    def same_runs(self) -> None:
        self.ask(lambda store: store.runs(RunFilter()))
        self.ask(lambda store: store.next_wake())
        self.ask(lambda store: store.charged(2, 3))
        self.ask(lambda store: store.bus.topics())
        self.ask(lambda store: store.bus.positions())
        self.ask(lambda store: store.bus.deliveries(DeliveryFilter()))

    def teardown(self) -> None:
        for run in RUNS:
            self.ask(lambda store, run=run: store.read(run))  # type: ignore[misc]  # a default binds the loop's run
            self.ask(lambda store, run=run: store.latest(run))  # type: ignore[misc]
            self.ask(lambda store, run=run: store.inbox(run))  # type: ignore[misc]
            self.ask(lambda store, run=run: store.payloads(run, PAYLOADS))  # type: ignore[misc]
        for topic in TOPICS:
            self.ask(lambda store, topic=topic: store.bus.events(EventFilter(topic=topic)))  # type: ignore[misc]
        for number in range(8):
            self.ask(lambda store, number=number: store.bus.met_by(EventId(f"e{number}")))  # type: ignore[misc]
        for store in self.stores:
            self.runner.run(store.close())
        self.runner.close()
        self.folder.cleanup()


def test_any_program_gets_the_same_answers_from_both_stores() -> None:
    run_state_machine_as_test(SideBySide, settings=settings(max_examples=20))


@pytest.mark.slow
def test_many_programs_get_the_same_answers_from_both_stores() -> None:
    run_state_machine_as_test(SideBySide, settings=settings(max_examples=500))
