"""One transaction: whole or not at all, once, and only by who drives the run on the version it knows."""

import asyncio

import msgspec
import pytest

from holdfast.journal.port import AlreadyBegun, Commit, Committed, Lost, Parking, Stale, Store
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import JournalError, RunNotFound
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.testing.conformance.journal.samples import (
    LEASE_SECONDS,
    OTHER,
    RUN,
    OpenStore,
    begin,
    drive,
    events,
    following,
    letter,
    payload,
    take,
)

NEIGHBOURS = 100


class Committing(OpenStore):
    """Commits by a driver."""

    async def test_what_was_committed_is_read_back(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store)
        await clock.advance(1)
        commit = following(
            claim, event_count=3, payloads=(payload("p1"),), letters=(letter("l1", OTHER),), status="busy"
        )
        assert await store.commit(commit) == Committed(4)
        assert await store.read(RUN) == events(1, 4)
        assert await store.payloads(RUN, [PayloadId("p1")]) == {"p1": b"content"}
        assert [delivered.letter_id for delivered in await store.inbox(OTHER)] == ["l1"]
        head = await store.head(RUN)
        assert (head.version, head.status, head.updated_at) == (4, "busy", clock.now())
        assert head.created_at == clock.now() - 1

    async def test_a_repeated_commit_is_recognised_and_written_once(self, store: Store) -> None:
        claim = await drive(store)
        commit = following(claim, event_count=2, letters=(letter("l1", OTHER),))
        assert await store.commit(commit) == Committed(3)
        assert await store.commit(commit) == Committed(3)
        assert await store.read(RUN) == events(1, 3)
        assert len(await store.inbox(OTHER)) == 1

    async def test_a_commit_sent_twice_at_once_is_written_once(self, store: Store) -> None:
        commit = following(await drive(store))
        first, second = await asyncio.gather(store.commit(commit), store.commit(commit))
        assert first == second == Committed(2)
        assert await store.read(RUN) == events(1, 2)

    async def test_a_driver_that_was_overtaken_is_told_so_though_its_commit_is_in(
        self, store: Store, clock: VirtualClock
    ) -> None:
        first = await drive(store)
        await store.commit(following(first))
        await clock.advance(LEASE_SECONDS)
        await take(store, worker="worker-2")
        assert await store.commit(following(first)) == Lost(2)

    async def test_a_renewal_is_never_mistaken_for_the_commit_after_it(self, store: Store) -> None:
        claim = await drive(store)
        assert await store.commit(following(claim, event_count=0, named="same")) == Committed(1)
        assert await store.commit(following(claim, named="same")) == Committed(2)
        assert await store.read(RUN) == events(1, 2)

    async def test_a_commit_without_events_always_takes_effect(self, store: Store) -> None:
        claim = await drive(store)
        await store.commit(following(claim, named="same"))
        await store.commit(following(claim, 2, event_count=0, named="same", parking=Parking(0, None)))
        assert (await store.head(RUN)).worker == ""

    async def test_a_commit_is_recognised_after_renewals(self, store: Store) -> None:
        claim = await drive(store)
        await store.commit(following(claim))
        await store.commit(following(claim, 2, event_count=0))
        assert await store.commit(following(claim)) == Committed(2)

    async def test_a_stale_commit_leaves_no_trace(self, store: Store) -> None:
        claim = await drive(store)
        await store.commit(following(claim))
        stale = following(
            claim,
            1,
            text="other",
            named="other",
            status="wrong",
            payloads=(payload("p1"),),
            letters=(letter("l1", OTHER),),
        )
        assert await store.commit(stale) == Stale(2)
        assert await store.read(RUN) == events(1, 2)
        assert await store.payloads(RUN, [PayloadId("p1")]) == {}
        assert await store.inbox(OTHER) == ()
        assert (await store.head(RUN)).status == "executing"

    async def test_a_commit_from_the_future_is_stale(self, store: Store) -> None:
        claim = await drive(store)
        assert await store.commit(following(claim, 5)) == Stale(1)

    async def test_a_fenced_driver_commits_nothing(self, store: Store, clock: VirtualClock) -> None:
        first = await drive(store)
        await clock.advance(LEASE_SECONDS)
        second = await take(store, worker="worker-2")
        assert await store.commit(following(first, letters=(letter("l1", OTHER),))) == Lost(second.epoch)
        assert await store.commit(following(first, event_count=0)) == Lost(second.epoch)
        assert await store.inbox(OTHER) == ()
        assert await store.commit(following(second)) == Committed(2)

    async def test_a_driver_whose_lease_ran_out_commits_while_nobody_else_claimed(
        self, store: Store, clock: VirtualClock
    ) -> None:
        claim = await drive(store)
        await clock.advance(LEASE_SECONDS * 10)
        assert await store.commit(following(claim)) == Committed(2)

    async def test_a_commit_to_no_run_is_refused(self, store: Store) -> None:
        claim = await drive(store)
        with pytest.raises(RunNotFound):
            await store.commit(msgspec.structs.replace(following(claim), run=OTHER))

    async def test_a_run_that_is_over_takes_no_more(self, store: Store) -> None:
        claim = await drive(store)
        last = following(claim, status="complete", is_over=True)
        assert await store.commit(last) == Committed(2)
        assert await store.commit(last) == Committed(2)
        with pytest.raises(JournalError, match="is over"):
            await store.commit(following(claim, 2))
        assert await store.read(RUN) == events(1, 2)

    async def test_versions_have_no_gaps(self, store: Store) -> None:
        claim = await drive(store)
        with pytest.raises(JournalError, match="without gaps"):
            await store.commit(msgspec.structs.replace(following(claim), events=events(3)))
        with pytest.raises(JournalError, match="without gaps"):
            await store.commit(msgspec.structs.replace(following(claim), events=(*events(2), *events(2))))
        assert await store.read(RUN) == events(1)

    async def test_commits_of_one_run_sent_at_once_are_written_in_order(self, store: Store) -> None:
        claim = await drive(store)
        results = await asyncio.gather(*(store.commit(following(claim, version)) for version in range(1, 9)))
        assert results == [Committed(version) for version in range(2, 10)]
        assert await store.read(RUN) == events(1, 9)

    async def test_of_commits_on_the_same_version_one_wins(self, store: Store) -> None:
        claim = await drive(store)
        rivals = [following(claim, text=f"{number}:", named=f"rival-{number}") for number in range(8)]
        results = await asyncio.gather(*map(store.commit, rivals))
        winner = rivals[results.index(Committed(2))]
        assert results.count(Stale(2)) == len(rivals) - 1
        assert await store.read(RUN) == (*events(1), *winner.events)

    async def test_what_is_refused_never_disturbs_its_neighbours(self, store: Store, clock: VirtualClock) -> None:
        names = [RunId(f"run_{number}") for number in range(NEIGHBOURS)]
        claims = [await drive(store, name) for name in names]
        await clock.advance(LEASE_SECONDS)
        rival = await take(store, names[1], "worker-2")
        commits: list[Commit] = [following(claim, letters=(letter("l1", OTHER),)) for claim in claims]
        commits[0] = following(claims[0], 7)
        commits[2] = msgspec.structs.replace(commits[2], run=RunId("run_missing"))
        results = await asyncio.gather(*map(store.commit, commits), return_exceptions=True)
        assert results[:2] == [Stale(1), Lost(rival.epoch)]
        assert isinstance(results[2], RunNotFound)
        assert results[3:] == [Committed(2)] * (NEIGHBOURS - 3)
        assert [(await store.head(name)).version for name in names[:5]] == [1, 1, 1, 2, 2]
        assert len(await store.inbox(OTHER)) == 1

    async def test_payloads_are_kept_once_a_run(self, store: Store) -> None:
        claim, other = await drive(store), await drive(store, OTHER)
        await store.commit(following(claim, payloads=(payload("p1"), payload("p1"), payload("p2", b"more"))))
        await store.commit(following(claim, 2, payloads=(payload("p1", b"ignored"),)))
        await store.commit(following(other, payloads=(payload("p1", b"other"),)))
        wanted = [PayloadId("p1"), PayloadId("p2"), PayloadId("p3")]
        assert await store.payloads(RUN, wanted) == {"p1": b"content", "p2": b"more"}
        assert await store.payloads(OTHER, wanted) == {"p1": b"other"}

    async def test_bytes_of_any_kind_and_size_are_kept(self, store: Store) -> None:
        claim = await drive(store)
        whole = bytes(range(256)) * 4_000
        await store.commit(following(claim, payloads=(payload("empty", b""), payload("whole", whole))))
        ids = [PayloadId("empty"), PayloadId("whole")]
        assert await store.payloads(RUN, ids) == {"empty": b"", "whole": whole}

    async def test_begins_and_commits_at_once_each_get_their_own_answer(self, store: Store) -> None:
        claim = await drive(store)
        names = [RunId(f"run_{number}") for number in range(20)]
        _, result, *_ = await asyncio.gather(
            begin(store, OTHER), store.commit(following(claim)), *(begin(store, name) for name in names)
        )
        assert result == Committed(2)
        assert not isinstance(result, AlreadyBegun)
        assert [(await store.head(name)).run for name in names] == names
