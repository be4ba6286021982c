"""The ledger: written with the events or not at all, never twice, and there when the runs are gone."""

import pytest
from msgspec.structs import replace

from holdfast.journal.ledger import Charged, Entries
from holdfast.journal.port import Committed, Lost, Stale, Store
from holdfast.kernel.charges import Charge
from holdfast.kernel.errors import JournalError
from holdfast.testing.conformance.journal.samples import (
    OTHER,
    RUN,
    Disk,
    OpenStore,
    begin,
    drive,
    following,
    take,
)
from holdfast.testing.conformance.journal.upkeeping import kept

DAY = 20_777
"""A day like any other."""


def charging(*charges: Charge, tenant: str = "acme", app: str = "desk") -> Entries:
    """Return what a commit enters."""
    return Entries(tenant, app, charges)


class Charging(OpenStore):
    """Commits that charge, and the sums."""

    async def test_nothing_was_charged_at_first(self, store: Store) -> None:
        await drive(store)
        assert await store.charged(0, DAY) == ()

    async def test_what_is_spent_adds_up_and_what_is_held_is_replaced(self, store: Store) -> None:
        claim = await drive(store)
        await store.commit(following(claim, entries=charging(Charge(DAY, 10, 5, 1, held_tokens=40, held_nano_usd=4))))
        await store.commit(following(claim, 2, entries=charging(Charge(DAY, 3, 2, 0, held_tokens=30))))
        assert await store.charged(DAY, DAY) == (Charged("acme", "desk", Charge(DAY, 13, 7, 1, 30)),)
        await store.commit(following(claim, 3, entries=charging(Charge(DAY, -4, -7, -1))))
        assert await store.charged(DAY, DAY) == (Charged("acme", "desk", Charge(DAY, 9)),)

    async def test_sums_are_by_tenant_and_app_and_over_the_days_asked_for(self, store: Store) -> None:
        claims = [await drive(store, run) for run in (RUN, OTHER)]
        await store.commit(following(claims[0], entries=charging(Charge(DAY, 1), Charge(DAY + 1, 2))))
        await store.commit(following(claims[1], entries=charging(Charge(DAY, 4, held_tokens=1))))
        await store.commit(following(claims[0], 2, entries=charging(Charge(DAY + 2, 8), tenant="zeta")))
        await store.commit(following(claims[1], 2, entries=charging(Charge(DAY + 1, 16), app="audit")))
        assert await store.charged(DAY, DAY + 1) == (
            Charged("acme", "audit", Charge(DAY, 16)),
            Charged("acme", "desk", Charge(DAY, 7, held_tokens=1)),
        )
        assert await store.charged(DAY + 2, DAY + 9) == (Charged("zeta", "desk", Charge(DAY + 2, 8)),)
        assert await store.charged(DAY + 3, DAY + 9) == ()

    async def test_a_commit_that_is_sent_again_charges_nothing_twice(self, store: Store) -> None:
        commit = following(await drive(store), entries=charging(Charge(DAY, 10, held_tokens=5)))
        for _ in range(2):
            assert await store.commit(commit) == Committed(2)
        assert await store.charged(DAY, DAY) == (Charged("acme", "desk", Charge(DAY, 10, held_tokens=5)),)

    async def test_a_refused_commit_charges_nothing(self, store: Store) -> None:
        claim = await drive(store)
        entries = charging(Charge(DAY, 10, held_tokens=5))
        assert await store.commit(following(claim, 7, entries=entries)) == Stale(1)
        await store.commit(following(claim, is_over=True))
        with pytest.raises(JournalError, match="is over"):
            await store.commit(following(claim, 2, entries=entries))
        await begin(store, OTHER)
        claim = await take(store, OTHER)
        overtaken = replace(claim, epoch=claim.epoch - 1 or claim.epoch + 1)
        assert await store.commit(following(overtaken, entries=entries)) == Lost(claim.epoch)
        assert await store.charged(DAY, DAY) == ()

    async def test_a_charge_without_an_event_is_refused(self, store: Store) -> None:
        claim = await drive(store)
        with pytest.raises(JournalError, match="expected an event that says so"):
            await store.commit(following(claim, event_count=0, entries=charging(Charge(DAY, 10))))

    async def test_the_ledger_outlives_the_store_object(self, disk: Disk) -> None:
        store = disk.store()
        await store.open()
        await store.commit(following(await drive(store), entries=charging(Charge(DAY, 10, held_tokens=5))))
        await store.close()
        again = disk.store()
        await again.open()
        assert await again.charged(DAY, DAY) == (Charged("acme", "desk", Charge(DAY, 10, held_tokens=5)),)
        await again.close()

    async def test_what_a_removed_run_has_spent_stays(self, store: Store) -> None:
        await store.commit(following(await drive(store), is_over=True, entries=charging(Charge(DAY, 10))))
        await kept(store).remove([RUN])
        assert await store.charged(DAY, DAY) == (Charged("acme", "desk", Charge(DAY, 10)),)

    async def test_a_run_that_is_moved_leaves_behind_what_it_has_spent(self, store: Store) -> None:
        await store.commit(following(await drive(store), is_over=True, entries=charging(Charge(DAY, 10))))
        archive = await kept(store).archive(RUN)
        await kept(store).remove([RUN])
        assert await kept(store).restore(archive)
        assert await store.charged(DAY, DAY) == (Charged("acme", "desk", Charge(DAY, 10)),)
