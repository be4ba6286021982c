"""What runs share: written with the events or not at all, never over what the writer has not seen."""

import pytest

from holdfast.journal.port import Committed, Overtaken, Stale, Store
from holdfast.journal.shared import SharedValue, SharedWrite
from holdfast.kernel.errors import JournalError
from holdfast.testing.conformance.journal.samples import OTHER, RUN, Disk, OpenStore, drive, following
from holdfast.testing.conformance.journal.upkeeping import kept


def writing(name: str, base: int, body: bytes | None = b"1", tenant: str = "acme", app: str = "desk") -> SharedWrite:
    """Return a shared write as a commit has it."""
    return SharedWrite(tenant, app, name, base, body)


class Sharing(OpenStore):
    """Commits that write what runs share."""

    async def test_nothing_is_shared_at_first(self, store: Store) -> None:
        assert await store.shared("acme", "desk") == ()

    async def test_what_is_written_is_read_with_its_version_and_its_writer(self, store: Store) -> None:
        claim = await drive(store)
        assert await store.commit(following(claim, shared=(writing("b", 0, b"2"), writing("a", 0)))) == Committed(2)
        found = await store.shared("acme", "desk")
        assert [(each.name, each.version, each.body, each.run) for each in found] == [
            ("a", 1, b"1", RUN),
            ("b", 1, b"2", RUN),
        ]
        assert await store.shared("acme", "desk", ["b", "c"]) == found[1:]

    async def test_a_write_on_the_present_version_makes_the_next(self, store: Store) -> None:
        claim = await drive(store)
        await store.commit(following(claim, shared=(writing("a", 0),)))
        await store.commit(following(claim, 2, shared=(writing("a", 1, b"2"),)))
        (found,) = await store.shared("acme", "desk")
        assert (found.version, found.body) == (2, b"2")

    @pytest.mark.parametrize("base", [0, 2])
    async def test_a_stale_write_is_refused_with_all_of_its_commit(self, store: Store, base: int) -> None:
        first, second = await drive(store), await drive(store, OTHER)
        await store.commit(following(first, shared=(writing("a", 0),)))
        refused = following(second, shared=(writing("b", 0), writing("a", base, b"2")))
        assert await store.commit(refused) == Overtaken("a", 1)
        assert [value.name for value in await store.shared("acme", "desk")] == ["a"]
        assert len(await store.read(OTHER)) == 1
        assert await store.commit(following(second, shared=(writing("a", 1, b"2"),))) == Committed(2)

    async def test_of_writes_at_once_on_one_version_one_is_taken(self, store: Store) -> None:
        claims = [await drive(store), await drive(store, OTHER)]
        commits = [store.commit(following(claim, shared=(writing("a", 0),))) for claim in claims]
        results = [await commit for commit in commits]
        assert sorted(map(type, results), key=str) == [Committed, Overtaken]

    async def test_what_is_removed_keeps_its_version(self, store: Store) -> None:
        claim = await drive(store)
        await store.commit(following(claim, shared=(writing("a", 0),)))
        await store.commit(following(claim, 2, shared=(writing("a", 1, None),)))
        (found,) = await store.shared("acme", "desk")
        assert (found.version, found.body) == (2, None)
        assert await store.commit(following(claim, 3, shared=(writing("a", 0),))) == Overtaken("a", 2)

    async def test_tenants_and_apps_share_nothing(self, store: Store) -> None:
        claim = await drive(store)
        both = (writing("a", 0, b"2", app="audit"), writing("a", 0, b"3", tenant="zeta"))
        assert await store.commit(following(claim, shared=(writing("a", 0), *both))) == Committed(2)
        assert [(await read(store, *place)).body for place in PLACES] == [b"1", b"2", b"3"]

    async def test_a_commit_that_is_sent_again_writes_nothing_twice(self, store: Store) -> None:
        commit = following(await drive(store), shared=(writing("a", 0),))
        for _ in range(2):
            assert await store.commit(commit) == Committed(2)
        assert (await read(store, "acme", "desk")).version == 1

    async def test_a_refused_commit_shares_nothing(self, store: Store) -> None:
        claim = await drive(store)
        assert await store.commit(following(claim, 7, shared=(writing("a", 0),))) == Stale(1)
        with pytest.raises(JournalError, match="expected an event that says so"):
            await store.commit(following(claim, event_count=0, shared=(writing("a", 0),)))
        assert await store.shared("acme", "desk") == ()

    async def test_what_is_shared_outlives_the_store_object_and_the_run(self, disk: Disk) -> None:
        store = disk.store()
        await store.open()
        await store.commit(following(await drive(store), is_over=True, shared=(writing("a", 0),)))
        await kept(store).remove([RUN])
        await store.close()
        again = disk.store()
        await again.open()
        assert (await read(again, "acme", "desk")).body == b"1"
        await again.close()


PLACES = (("acme", "desk"), ("acme", "audit"), ("zeta", "desk"))


async def read(store: Store, tenant: str, app: str) -> SharedValue:
    """Return the one value that this app of this tenant shares."""
    (found,) = await store.shared(tenant, app)
    return found
