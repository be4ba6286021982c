"""What outlives a store, and what a store does when it is closed or its callers go away."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from holdfast.journal.port import Committed, Parking, RunFilter, Store
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import StoreClosed
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.testing.conformance.journal.samples import (
    LEASE_SECONDS,
    OTHER,
    RUN,
    Disk,
    OpenStore,
    beginning,
    drive,
    events,
    following,
    letter,
    payload,
)
from holdfast.testing.conformance.journal.upkeeping import kept

OPERATIONS: dict[str, Callable[[Store], Awaitable[object]]] = {
    "commit": lambda store: store.commit(beginning()),
    "claim": lambda store: store.claim(RUN, "worker-1", LEASE_SECONDS),
    "post": lambda store: store.post([letter("l1")]),
    "read": lambda store: store.read(RUN),
    "latest": lambda store: store.latest(RUN),
    "archive": lambda store: kept(store).archive(RUN),
    "ended": lambda store: kept(store).ended(0.0, 1),
    "remove": lambda store: kept(store).remove([RUN]),
    "payloads": lambda store: store.payloads(RUN, [PayloadId("p1")]),
    "head": lambda store: store.head(RUN),
    "runs": lambda store: store.runs(RunFilter()),
    "due": lambda store: store.due(0.0, 1),
    "inbox": lambda store: store.inbox(RUN),
    "next_wake": lambda store: store.next_wake(),
    "tenant_key": lambda store: store.tenant_key("acme"),
}


class Keeping(OpenStore):
    """Opening, closing, and what stays."""

    async def test_what_was_written_is_there_after_reopening(self, disk: Disk, clock: VirtualClock) -> None:
        before = disk.store()
        await before.open()
        claim = await drive(before)
        await before.commit(following(claim, payloads=(payload("p1"),), letters=(letter("l1", OTHER),)))
        await before.commit(following(claim, 2, event_count=0, parking=Parking(0, clock.now() + 5)))
        head, key = await before.head(RUN), await before.tenant_key("acme")
        await before.close()
        after = disk.store()
        await after.open()
        assert await after.head(RUN) == head
        assert await after.read(RUN) == events(1, 2)
        assert await after.payloads(RUN, [PayloadId("p1")]) == {"p1": b"content"}
        assert [delivered.letter_id for delivered in await after.inbox(OTHER)] == ["l1"]
        assert await after.tenant_key("acme") == key
        assert await after.commit(following(claim)) == Committed(2)
        await after.close()

    async def test_every_tenant_has_a_key_of_its_own(self, store: Store) -> None:
        keys = await asyncio.gather(*(store.tenant_key(f"tenant-{number % 4}") for number in range(8)))
        assert keys[:4] == keys[4:]
        assert len(set(keys)) == 4
        assert {len(key) for key in keys} == {32}

    @pytest.mark.parametrize("name", OPERATIONS)
    async def test_a_store_that_is_not_open_refuses(self, disk: Disk, name: str) -> None:
        store = disk.store()
        with pytest.raises(StoreClosed):
            await OPERATIONS[name](store)
        await store.open()
        await store.close()
        with pytest.raises(StoreClosed):
            await OPERATIONS[name](store)

    async def test_closing_twice_is_harmless(self, disk: Disk) -> None:
        store = disk.store()
        await store.close()
        await store.open()
        await store.close()
        await store.close()

    async def test_closing_finishes_what_was_accepted(self, disk: Disk) -> None:
        store = disk.store()
        await store.open()
        names = [RunId(f"run_{number}") for number in range(50)]
        async with asyncio.TaskGroup() as group:
            commits = [group.create_task(store.commit(beginning(name))) for name in names]
            await asyncio.sleep(0)
            group.create_task(store.close())
        assert {commit.result() for commit in commits} == {Committed(1)}
        again = disk.store()
        await again.open()
        assert len(await again.runs(RunFilter())) == len(names)
        await again.close()

    async def test_a_caller_that_goes_away_disturbs_nobody(self, store: Store) -> None:
        names = [RunId(f"run_{number}") for number in range(30)]
        claims = [await drive(store, name) for name in names]
        commits = [asyncio.ensure_future(store.commit(following(claim))) for claim in claims]
        await asyncio.sleep(0)
        for commit in commits[::3]:
            commit.cancel()
        results = await asyncio.gather(*commits, return_exceptions=True)
        assert {type(result) for result in results[::3]} == {asyncio.CancelledError}
        assert [result for number, result in enumerate(results) if number % 3] == [Committed(2)] * 20
        for claim in claims:
            assert await store.commit(following(claim)) == Committed(2)
            assert await store.read(claim.run) == events(1, 2)
