"""What a store does for the seals before it: knows runs by their seal, and takes out what they hold."""

import pytest
from msgspec.structs import replace

from holdfast.journal.ledger import Charged
from holdfast.journal.port import Lost, NewRun, Parking, RunFilter, Store
from holdfast.journal.sealing.envelope import ERASED
from holdfast.journal.upkeep import Removed
from holdfast.kernel.charges import Charge
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import JournalError
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.testing.conformance.journal.charging import DAY, charging
from holdfast.testing.conformance.journal.publishing import publication
from holdfast.testing.conformance.journal.samples import (
    DESK,
    OTHER,
    RUN,
    OpenStore,
    begin,
    beginning,
    drive,
    due_runs,
    following,
    letter,
    payload,
    take,
)
from holdfast.testing.conformance.journal.upkeeping import kept, lived
from holdfast.testing.conformance.journal.waiting import begun

THIRD = RunId("run_c")
SEALED = NewRun("acme", "desk", "request-1", title="a sealed title", seal="key-1")
ENDED_AS = "cancelled"


class EmptyingConformance(OpenStore):
    """The suite for stores that lie behind seals; a store with seals before it keeps ``StoreConformance`` only."""

    async def test_runs_are_found_by_their_seal(self, store: Store) -> None:
        await begin(store, RUN, SEALED)
        await begin(store, OTHER)
        await begin(store, THIRD, replace(SEALED, request_id=None))
        assert [head.run for head in await store.runs(RunFilter(seal="key-1"))] == [THIRD, RUN]
        assert [head.run for head in await store.runs(RunFilter(seal="key-1", count_max=1, before=THIRD))] == [RUN]
        assert await store.runs(RunFilter(seal="key-2")) == ()
        assert [(await store.head(run)).seal for run in (RUN, OTHER)] == ["key-1", None]

    async def test_a_seal_moves_with_its_run(self, store: Store) -> None:
        await lived(store, new=SEALED)
        archive = await kept(store).archive(RUN)
        await kept(store).remove([RUN])
        assert await kept(store).restore(archive)
        assert (await kept(store).archive(RUN)).new == SEALED
        assert (await store.head(RUN)).seal == "key-1"

    async def test_a_run_about_a_person_is_refused_in_the_clear(self, store: Store) -> None:
        with pytest.raises(JournalError, match="expected a store that seals"):
            await store.commit(beginning(RUN, replace(DESK, subject="anna")))
        assert await store.runs(RunFilter()) == ()

    async def test_a_run_that_is_emptied_waits_for_no_event(self, store: Store) -> None:
        await store.commit(following(await drive(store), waits=(begun(), begun(2))))
        await kept(store).empty([RUN], ENDED_AS)
        published = await store.bus.publish([publication("a")])
        assert (published.told, await store.inbox(RUN)) == ((), ())

    async def test_what_is_emptied_leaves_its_skeleton(self, store: Store, clock: VirtualClock) -> None:
        await lived(store, new=SEALED)
        before, events = await store.head(RUN), await store.read(RUN)
        removed = await kept(store).empty([RUN], ENDED_AS)
        assert (removed.runs, removed.events, removed.payloads, removed.bytes > 0) == (1, 4, 2, True)
        assert await store.head(RUN) == replace(before, title="", request_id=None, erased_at=clock.now())
        assert await store.read(RUN) == tuple(replace(event, body=ERASED) for event in events)
        assert (await store.latest(RUN)).snapshot is None
        assert await store.payloads(RUN, [PayloadId("p1"), PayloadId("p2")]) == {}
        assert [(mail.letter_id, mail.body) for mail in await store.inbox(RUN)] == [("l1", ERASED), ("l2", ERASED)]

    async def test_emptying_twice_changes_nothing(self, store: Store, clock: VirtualClock) -> None:
        await lived(store, new=SEALED)
        await kept(store).empty([RUN, OTHER], ENDED_AS)
        head = await store.head(RUN)
        await clock.advance(5)
        assert await kept(store).empty([RUN], ENDED_AS) == Removed()
        assert await store.head(RUN) == head

    async def test_only_what_is_named_is_emptied(self, store: Store) -> None:
        await lived(store, new=SEALED)
        await lived(store, OTHER)
        before = await kept(store).archive(OTHER)
        await kept(store).empty([RUN], ENDED_AS)
        assert await kept(store).archive(OTHER) == before

    async def test_a_run_that_was_going_is_over_and_lost_to_its_driver(self, store: Store, clock: VirtualClock) -> None:
        await begin(store, RUN, SEALED)
        claim = await take(store)
        await begin(store, OTHER)
        await store.commit(following(await take(store, OTHER), event_count=0, parking=Parking(0, clock.now() + 9)))
        await kept(store).empty([RUN, OTHER], ENDED_AS)
        for run in (RUN, OTHER):
            head = await store.head(run)
            assert (head.status, head.is_over, head.worker, head.wake_at) == (ENDED_AS, True, "", None)
        assert await due_runs(store, clock.now() + 1e6) == []
        assert await store.next_wake() is None
        assert await store.commit(following(claim)) == Lost(claim.epoch + 1)
        with pytest.raises(JournalError, match="is over"):
            await store.claim(RUN, "worker-1", 1.0)

    async def test_the_request_of_an_emptied_run_is_free_again(self, store: Store) -> None:
        await lived(store, new=SEALED)
        await kept(store).empty([RUN], ENDED_AS)
        await begin(store, OTHER, SEALED)
        assert (await store.head(OTHER)).request_id == "request-1"

    async def test_payloads_are_discarded_of_runs_that_are_over(self, store: Store) -> None:
        await lived(store)
        await begin(store, OTHER)
        claim = await take(store, OTHER)
        await store.commit(following(claim, payloads=(payload("p1"),)))
        wanted = [PayloadId("p1"), PayloadId("p9")]
        assert await kept(store).discard(RUN, wanted) == Removed(payloads=1, bytes=3)
        assert await kept(store).discard(RUN, wanted) == Removed()
        assert await kept(store).discard(OTHER, wanted) == Removed()
        assert await kept(store).discard(THIRD, wanted) == Removed()
        assert sorted(await store.payloads(RUN, [PayloadId("p1"), PayloadId("p2")])) == ["p2"]
        assert sorted(await store.payloads(OTHER, wanted)) == ["p1"]

    async def test_what_an_emptied_run_has_spent_stays_and_what_it_held_is_spent(self, store: Store) -> None:
        await begin(store, RUN, SEALED)
        claim = await take(store)
        charges = (Charge(DAY, tokens=70, nano_usd=7), Charge(DAY + 1, held_tokens=30, held_nano_usd=3))
        unpriced = Charge(DAY + 2, held_tokens=5, held_unpriced=1)
        await store.commit(following(claim, entries=charging(*charges, unpriced)))
        await kept(store).empty([RUN], ENDED_AS)
        await kept(store).empty([RUN], ENDED_AS)
        spent = Charge(DAY, tokens=105, nano_usd=10, unpriced=1)
        assert await store.charged(DAY, DAY + 2) == (Charged("acme", "desk", spent),)
        await kept(store).remove([RUN])
        assert await store.charged(DAY, DAY + 2) == (Charged("acme", "desk", spent),)

    async def test_what_an_emptied_run_held_for_free_calls_is_not_taken_for_unknown(self, store: Store) -> None:
        await begin(store, RUN, SEALED)
        free = Charge(DAY, held_tokens=30)
        mixed = Charge(DAY + 1, held_tokens=70, held_nano_usd=7, held_unpriced=2)
        await store.commit(following(await take(store), entries=charging(free, mixed)))
        assert await store.charged(DAY, DAY) == (Charged("acme", "desk", free),)
        assert await store.charged(DAY + 1, DAY + 1) == (Charged("acme", "desk", mixed),)
        await kept(store).empty([RUN], ENDED_AS)
        assert await store.charged(DAY, DAY) == (Charged("acme", "desk", Charge(DAY, tokens=30)),)
        spent = Charge(DAY + 1, tokens=70, nano_usd=7, unpriced=2)
        assert await store.charged(DAY + 1, DAY + 1) == (Charged("acme", "desk", spent),)

    async def test_an_emptied_run_can_be_removed(self, store: Store) -> None:
        await lived(store, new=SEALED)
        await kept(store).empty([RUN], ENDED_AS)
        await store.post([letter("l9")])
        assert (await kept(store).remove([RUN])).runs == 1
        assert await store.inbox(RUN) == ()
