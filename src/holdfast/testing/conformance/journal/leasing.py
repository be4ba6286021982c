"""Leases on what lies outside: one holder at a time, by the store's clock, under tokens that only grow."""

import pytest

from holdfast.journal.leases import Lease, LeaseHeld
from holdfast.journal.port import Store
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import JournalError
from holdfast.testing.conformance.journal.samples import Disk, OpenStore

SECONDS = 30.0


async def taken(store: Store, owner: str = "a", name: str = "printer", tenant: str = "acme") -> Lease:
    """Return a lease that is free."""
    lease = await store.lease(tenant, name, owner, SECONDS)
    assert isinstance(lease, Lease)
    return lease


class Leasing(OpenStore):
    """Leases taken, renewed, given back and lost."""

    async def test_a_lease_is_held_by_one_at_a_time(self, store: Store, clock: VirtualClock) -> None:
        lease = await taken(store)
        assert (lease.token, lease.until) == (1, clock.now() + SECONDS)
        for owner in ("b", "a"):
            assert await store.lease("acme", "printer", owner, SECONDS) == LeaseHeld("a", lease.until)

    async def test_tenants_and_names_do_not_meet(self, store: Store) -> None:
        for tenant, name in (("acme", "printer"), ("acme", "plotter"), ("zeta", "printer")):
            assert (await taken(store, name=name, tenant=tenant)).token == 1

    async def test_one_that_is_given_back_is_free_at_once_and_its_token_is_not_given_again(self, store: Store) -> None:
        await store.release_lease(await taken(store))
        assert (await taken(store, "b")).token == 2

    async def test_one_that_runs_out_is_lost_to_whoever_comes_next(self, store: Store, clock: VirtualClock) -> None:
        late = await taken(store)
        await clock.advance(SECONDS)
        present = await taken(store, "b")
        assert present.token > late.token
        assert await store.renew_lease(late, SECONDS) is None
        await store.release_lease(late)
        assert await store.lease("acme", "printer", "c", SECONDS) == LeaseHeld("b", present.until)

    async def test_one_that_is_renewed_goes_on_under_its_token(self, store: Store, clock: VirtualClock) -> None:
        lease = await taken(store)
        await clock.advance(SECONDS / 2)
        renewed = await store.renew_lease(lease, SECONDS)
        assert renewed is not None
        assert (renewed.token, renewed.until) == (lease.token, clock.now() + SECONDS)
        await clock.advance(SECONDS * 0.75)
        assert isinstance(await store.lease("acme", "printer", "b", SECONDS), LeaseHeld)

    async def test_one_that_ran_out_unnoticed_is_renewed(self, store: Store, clock: VirtualClock) -> None:
        lease = await taken(store)
        await clock.advance(SECONDS * 2)
        renewed = await store.renew_lease(lease, SECONDS)
        assert renewed is not None
        assert renewed.token == lease.token

    async def test_one_that_was_given_back_is_not_renewed_by_its_holder(self, store: Store) -> None:
        lease = await taken(store)
        await store.release_lease(lease)
        await taken(store, "b")
        assert await store.renew_lease(lease, SECONDS) is None

    async def test_of_many_who_ask_at_once_one_is_given_it(self, store: Store) -> None:
        asked = [store.lease("acme", "printer", f"o{number}", SECONDS) for number in range(8)]
        answers = [await each for each in asked]
        assert sum(isinstance(answer, Lease) for answer in answers) == 1

    async def test_tokens_grow_over_the_lives_of_stores(self, disk: Disk) -> None:
        for token in (1, 2, 3):
            store = disk.store()
            await store.open()
            lease = await taken(store)
            assert lease.token == token
            await store.release_lease(lease)
            await store.close()

    @pytest.mark.parametrize(("name", "owner", "seconds"), [("", "a", 1.0), ("printer", "", 1.0), ("printer", "a", 0)])
    async def test_a_lease_that_would_hold_nothing_is_refused(
        self, store: Store, name: str, owner: str, seconds: float
    ) -> None:
        with pytest.raises(JournalError, match="a lease needs a name"):
            await store.lease("acme", name, owner, seconds)
