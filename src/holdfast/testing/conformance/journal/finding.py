"""What is found: events, heads, lists of runs, and who wants driving when."""

import msgspec
import pytest

from holdfast.journal.port import NewRun, Parking, RunFilter, Store
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import RunNotFound
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.testing.conformance.journal.samples import (
    DESK,
    OTHER,
    RUN,
    OpenStore,
    begin,
    beginning,
    drive,
    due_runs,
    events,
    following,
    take,
)


async def listed(store: Store, which: RunFilter) -> list[RunId]:
    """Return the ids of the runs that match."""
    return [head.run for head in await store.runs(which)]


class Finding(OpenStore):
    """Reads."""

    async def test_events_are_read_from_where_one_left_off(self, store: Store) -> None:
        claim = await drive(store)
        await store.commit(following(claim, event_count=9))
        assert await store.read(RUN, after=7) == events(8, 3)
        assert await store.read(RUN, after=2, count_max=3) == events(3, 3)
        assert await store.read(RUN, count_max=0) == ()
        assert await store.read(RUN, after=10) == ()

    async def test_a_run_that_does_not_exist_is_not_found(self, store: Store) -> None:
        await begin(store, OTHER)
        with pytest.raises(RunNotFound, match=RUN):
            await store.read(RUN)
        with pytest.raises(RunNotFound, match=RUN):
            await store.head(RUN)
        with pytest.raises(RunNotFound, match=RUN):
            await store.runs(RunFilter(before=RUN))
        assert await store.payloads(RUN, [PayloadId("p1")]) == {}

    async def test_runs_are_listed_newest_first_and_by_page(self, store: Store) -> None:
        names = [RunId(f"run_{number}") for number in (3, 1, 2, 5, 4)]
        for name in names:
            await begin(store, name)
        assert await listed(store, RunFilter()) == names[::-1]
        assert await listed(store, RunFilter(count_max=2)) == [names[4], names[3]]
        assert await listed(store, RunFilter(count_max=2, before=names[3])) == [names[2], names[1]]
        assert await listed(store, RunFilter(before=names[0])) == []
        assert await listed(store, RunFilter(count_max=0)) == []

    async def test_runs_are_filtered(self, store: Store) -> None:
        await store.commit(beginning(RunId("run_1"), NewRun("acme", "desk")))
        await store.commit(beginning(RunId("run_2"), NewRun("acme", "review", parent=RunId("run_1"))))
        await store.commit(beginning(RunId("run_3"), NewRun("globex", "review")))
        claim = await take(store, RunId("run_3"))
        await store.commit(following(claim, status="complete", is_over=True))
        assert await listed(store, RunFilter(app="review")) == ["run_3", "run_2"]
        assert await listed(store, RunFilter(parent=RunId("run_1"))) == ["run_2"]
        assert await listed(store, RunFilter(statuses=("waiting",))) == ["run_2", "run_1"]
        assert await listed(store, RunFilter(statuses=("waiting", "complete"), app="review")) == ["run_3", "run_2"]
        assert await listed(store, RunFilter(statuses=("failed",))) == []
        assert await listed(store, RunFilter(app="review", before=RunId("run_3"), count_max=1)) == ["run_2"]

    async def test_the_run_that_a_request_has_begun_is_listed_by_it(self, store: Store) -> None:
        await store.commit(beginning(RunId("run_1"), NewRun("acme", "desk", "r1")))
        await store.commit(beginning(RunId("run_2"), NewRun("globex", "desk", "r1")))
        await store.commit(beginning(RunId("run_3"), NewRun("acme", "desk")))
        assert await listed(store, RunFilter(request=("acme", "r1"))) == ["run_1"]
        assert await listed(store, RunFilter(request=("acme", "r2"))) == []

    async def test_the_forks_of_a_run_are_found_also_once_it_is_gone(self, store: Store) -> None:
        await begin(store)
        await store.commit(beginning(RunId("run_1"), NewRun("acme", "desk", origin=RUN)))
        await store.commit(beginning(RunId("run_2"), NewRun("acme", "desk", origin=OTHER)))
        assert await listed(store, RunFilter(origin=RUN)) == ["run_1"]
        assert await listed(store, RunFilter(origin=OTHER)) == ["run_2"]
        assert (await store.head(RunId("run_1"))).origin == RUN
        assert (await store.head(RUN)).origin is None

    async def test_who_waits_longest_is_due_first(self, store: Store, clock: VirtualClock) -> None:
        now = clock.now()
        for number, wait in enumerate((30, 10, 20, 10, 99)):
            await store.commit(beginning(RunId(f"run_{number}"), DESK, parking=Parking(0, now + wait)))
        assert await due_runs(store, now + 30) == ["run_1", "run_3", "run_2", "run_0"]
        assert [head.run for head in await store.due(now + 30, 2)] == ["run_1", "run_3"]
        assert await store.due(now + 30, 0) == ()

    async def test_nothing_to_wake_for(self, store: Store) -> None:
        assert await store.next_wake() is None
        claim = await drive(store)
        await store.commit(following(claim, parking=Parking(0, None)))
        await drive(store, OTHER)
        await store.commit(following(await take(store), 2, is_over=True))
        assert await store.next_wake() == (await store.head(OTHER)).lease_until

    async def test_the_next_wake_is_the_earliest(self, store: Store, clock: VirtualClock) -> None:
        now = clock.now()
        for number, wait in enumerate((30, 10, 20)):
            await store.commit(beginning(RunId(f"run_{number}"), DESK, parking=Parking(0, now + wait)))
        assert await store.next_wake() == now + 10
        await take(store, RunId("run_1"))
        assert await store.next_wake() == now + 20

    async def test_due_has_something_exactly_from_the_next_wake_on(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store)
        await store.commit(beginning(OTHER, DESK, parking=Parking(0, clock.now() + 45)))
        for commit in (following(claim), following(claim, 2, parking=Parking(0, clock.now() + 50))):
            await clock.advance(7)
            await store.commit(commit)
            wake_at = await store.next_wake()
            assert wake_at is not None
            assert await due_runs(store, wake_at) != []
            assert await due_runs(store, wake_at - 0.001) == []

    async def test_unusual_text_comes_back_as_it_went_in(self, store: Store) -> None:
        new = NewRun("ténant", "desk; DROP TABLE runs", title="“quoted” 'single' \x00 zero – 日本語 🦉")
        run = RunId("run_it's")
        await store.commit(beginning(run, new))
        head = await store.head(run)
        assert msgspec.structs.replace(new, tenant=head.tenant, app=head.app, title=head.title) == new
        assert await listed(store, RunFilter(app="desk; DROP TABLE runs")) == [run]
