"""What a store does for an operator: moves a run whole, and removes what ended long ago and nothing else."""

from collections.abc import Sequence

import msgspec
import pytest
from msgspec.structs import replace

from holdfast.journal.port import Letter, NewRun, Parking, RunFilter, Snapshot, Store
from holdfast.journal.upkeep import Archive, KeptStore, Removed
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import JournalError, RunNotFound
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.testing.conformance.journal.samples import (
    OTHER,
    RUN,
    Disk,
    OpenStore,
    begin,
    beginning,
    drive,
    due_runs,
    events,
    following,
    letter,
    payload,
    take,
)

FOLLOWER = RunId("run_c")


def kept(store: Store) -> KeptStore:
    """Return the store under test as one that offers upkeep too."""
    assert hasattr(store, "archive"), "a store that is kept up has the methods of KeptStore"
    return store  # type: ignore[return-value]  # as the assertion says


async def lived(store: Store, run: RunId = RUN, *, is_over: bool = True, new: NewRun | None = None) -> None:
    """Have ``run`` do something of everything, with mail read and unread, and come to rest."""
    await store.commit(beginning(run, new or NewRun("acme", "desk", f"request-{run}", title="a question")))
    claim = await take(store, run)
    await store.post([letter("l1", run), letter("l2", run, b"more")])
    kept_payloads = (payload("p2", b"two"), payload("p1", b"one"))
    await store.commit(following(claim, event_count=2, payloads=kept_payloads, snapshot=Snapshot(3, "f", b"s")))
    parking = None if is_over else Parking(2, None)
    await store.commit(following(claim, 3, status="complete", is_over=is_over, parking=parking))


async def ids(store: Store) -> list[RunId]:
    """Return every run there is."""
    return [head.run for head in await store.runs(RunFilter())]


class Moving(OpenStore):
    """Runs out of a store, and in."""

    @pytest.fixture
    async def archive(self, store: Store) -> Archive:
        """A run, out of a store that does not have it any more."""
        await lived(store)
        taken = await kept(store).archive(RUN)
        await kept(store).remove([RUN])
        return taken

    async def test_an_archive_holds_the_whole_run(self, store: Store) -> None:
        await lived(store)
        head, found = await store.head(RUN), await kept(store).archive(RUN)
        assert found.events == events(1, 4)
        assert found.payloads == (payload("p1", b"one"), payload("p2", b"two"))
        assert [(kept.position, kept.letter_id, kept.body) for kept in found.letters] == [
            (1, "l1", b"hello"),
            (2, "l2", b"more"),
        ]
        assert found.new == NewRun("acme", "desk", f"request-{RUN}", title="a question")
        assert (found.status, found.is_over, found.epoch) == (head.status, True, head.epoch)

    async def test_a_run_that_does_not_exist_has_no_archive(self, store: Store) -> None:
        with pytest.raises(RunNotFound, match=RUN):
            await kept(store).archive(RUN)

    async def test_a_restored_run_is_the_run_it_was(self, store: Store, archive: Archive) -> None:
        assert await ids(store) == []
        assert await kept(store).restore(archive)
        assert await kept(store).archive(RUN) == archive
        assert (await store.head(RUN)).created_at == archive.created_at
        assert (await store.latest(RUN)).snapshot is None
        assert await store.inbox(RUN, 1) == archive.letters[1:]

    async def test_restoring_twice_changes_nothing(self, store: Store, archive: Archive) -> None:
        assert await kept(store).restore(archive)
        assert not await kept(store).restore(archive)
        assert await kept(store).archive(RUN) == archive

    async def test_a_run_that_is_here_and_differs_is_left_alone(self, store: Store, archive: Archive) -> None:
        await kept(store).restore(archive)
        shorter = replace(archive, events=archive.events[:3])
        with pytest.raises(JournalError, match="found it with 4 events where the file has 3"):
            await kept(store).restore(shorter)
        assert await kept(store).archive(RUN) == archive

    async def test_a_request_that_began_another_run_here_is_told(self, store: Store, archive: Archive) -> None:
        await begin(store, OTHER, archive.new)
        with pytest.raises(JournalError, match=f"began run {OTHER} here"):
            await kept(store).restore(archive)
        assert await ids(store) == [OTHER]

    async def test_mail_that_came_before_the_run_is_not_mixed_with_its_own(
        self, store: Store, archive: Archive
    ) -> None:
        await store.post([letter("early")])
        with pytest.raises(JournalError, match="found 1 letters"):
            await kept(store).restore(archive)

    async def test_a_restored_run_that_is_not_over_waits_for_mail(self, store: Store, clock: VirtualClock) -> None:
        await lived(store)
        archive = replace(await kept(store).archive(RUN), is_over=False, status="waiting")
        await kept(store).remove([RUN])
        await kept(store).restore(archive)
        assert (await store.head(RUN)).is_parked
        assert await due_runs(store, clock.now() + 1_000_000) == []
        await store.post([Letter(letter("l3").letter_id, RUN, b"go on")])
        assert [found.position for found in await store.inbox(RUN, 2)] == [3]
        claim = await take(store)
        assert (claim.epoch, claim.version) == (archive.epoch + 1, 4)

    async def test_the_request_of_a_restored_run_finds_it(self, store: Store, archive: Archive) -> None:
        await kept(store).restore(archive)
        again = await store.commit(beginning(OTHER, archive.new))
        assert msgspec.to_builtins(again) == {"run": RUN}

    async def test_restored_runs_outlive_the_store(self, disk: Disk) -> None:
        before = disk.store()
        await before.open()
        await lived(before)
        archive = await kept(before).archive(RUN)
        await kept(before).remove([RUN])
        await kept(before).restore(archive)
        await before.close()
        after = disk.store()
        await after.open()
        assert await kept(after).archive(RUN) == archive
        await after.close()


class Removing(OpenStore):
    """Runs that ended, out for good."""

    async def test_only_runs_that_ended_before_are_named(self, store: Store, clock: VirtualClock) -> None:
        await lived(store)
        await lived(store, OTHER, is_over=False)
        await clock.advance(60)
        instant = clock.now()
        await lived(store, FOLLOWER)
        assert await self.ended(store, instant) == [RUN]
        assert await self.ended(store, instant + 1) == [RUN, FOLLOWER]
        assert list(await kept(store).ended(instant + 1, 1)) == [RUN]

    async def test_a_run_is_kept_for_as_long_as_its_parent_goes_on(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store, OTHER)
        await lived(store, new=NewRun("acme", "desk", parent=OTHER))
        await clock.advance(1)
        assert await self.ended(store, clock.now()) == []
        await store.commit(following(claim, is_over=True))
        await clock.advance(1)
        assert await self.ended(store, clock.now()) == [RUN, OTHER]
        await kept(store).remove([OTHER])
        assert await self.ended(store, clock.now()) == [RUN]

    async def test_what_is_removed_leaves_nothing(self, store: Store) -> None:
        await lived(store)
        await lived(store, OTHER)
        weight = await kept(store).weigh([RUN])
        assert (weight.runs, weight.events, weight.payloads) == (1, 4, 2)
        assert await kept(store).remove([RUN]) == weight
        assert await ids(store) == [OTHER]
        assert await store.inbox(RUN) == ()
        assert await store.payloads(RUN, [PayloadId("p1")]) == {}
        with pytest.raises(RunNotFound):
            await store.latest(RUN)
        await lived(store)
        assert await store.read(RUN) == events(1, 4)
        assert len((await kept(store).archive(OTHER)).payloads) == 2

    async def test_what_is_not_over_is_never_removed(self, store: Store) -> None:
        await lived(store, is_over=False)
        await drive(store, OTHER)
        assert await kept(store).remove([RUN, OTHER, FOLLOWER]) == Removed()
        assert await kept(store).trim([RUN, OTHER]) == Removed()
        assert await ids(store) == [OTHER, RUN]
        assert len(await store.payloads(RUN, [PayloadId("p1"), PayloadId("p2")])) == 2

    async def test_payloads_that_no_event_names_are_trimmed(self, store: Store) -> None:
        claim = await drive(store)
        body = msgspec.msgpack.encode({"event": "x", "result": "p1", "deep": [{"items": ["p2"]}]})
        named = replace(events(2)[0], body=body)
        plain = replace(events(3)[0], body=msgspec.msgpack.encode({"event": "y"}))
        commit = following(
            claim, event_count=2, is_over=True, payloads=(payload("p1"), payload("p2"), payload("p3", b"x" * 7))
        )
        await store.commit(replace(commit, events=(named, plain)))
        assert await kept(store).trim([RUN]) == Removed(payloads=1, bytes=7)
        wanted = [PayloadId(f"p{number}") for number in (1, 2, 3)]
        assert sorted(await store.payloads(RUN, wanted)) == ["p1", "p2"]
        assert await kept(store).trim([RUN]) == Removed()

    async def ended(self, store: Store, before: float) -> Sequence[RunId]:
        """Return the runs that ended before that instant."""
        return list(await kept(store).ended(before, 100))
