"""How every allowance stands: what is spent of it, what is held, when it is renewed, and who waits for it."""

from collections.abc import Iterator, Sequence

import msgspec

from holdfast.governance.allowance import EACH, Allowance
from holdfast.governance.tally import NOTHING, Amount
from holdfast.journal.ledger import Charged
from holdfast.journal.port import Store
from holdfast.kernel.ids import RunId
from holdfast.runtime.allowances.waiting import awaiting


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One allowance in its present period; where each tenant has its own, that of ``tenant``."""

    owner: str
    allowance: Allowance
    tenant: str | None
    spent: Amount
    held: Amount
    """What calls under way may yet come to, and what is in doubt."""
    renews_at: float | None
    waiting: tuple[RunId, ...] = ()
    """The runs that wait until it is renewed."""

    @property
    def tokens_left(self) -> int | None:
        """None where tokens are not limited."""
        limit = self.allowance.tokens
        return None if limit is None else max(0, limit - self.spent.tokens - self.held.tokens)

    @property
    def nano_usd_left(self) -> int | None:
        """None where money is not limited."""
        limit = self.allowance.nano_usd
        return None if limit is None else max(0, limit - self.spent.nano_usd - self.held.nano_usd)


async def standings(allowances: Sequence[Allowance], store: Store, now: float) -> list[Standing]:
    """Return how each allowance stands by the store's account, in the order in which they are declared."""
    waiting: dict[str, list[RunId]] = {}
    async for head, state in awaiting(store, now):
        for owner in dict.fromkeys(each.allowance for each in state.awaited):
            waiting.setdefault(owner, []).append(head.run)
    found = []
    for allowance in allowances:
        rows = [row for row in await store.charged(*allowance.span_at(now)) if _counts(allowance, row)]
        found += [_standing(allowance, tenant, rows, waiting, now) for tenant in _tenants(allowance, rows)]
    return found


def _counts(allowance: Allowance, row: Charged) -> bool:
    return allowance.applies_to(row.tenant, row.app)


def _tenants(allowance: Allowance, rows: Sequence[Charged]) -> Iterator[str | None]:
    """Yield whose standing is told: of those who each have their own, all that were charged anything."""
    if allowance.tenant == EACH:
        yield from dict.fromkeys(row.tenant for row in rows)
    else:
        yield allowance.tenant


def _standing(
    allowance: Allowance, tenant: str | None, rows: Sequence[Charged], waiting: dict[str, list[RunId]], now: float
) -> Standing:
    spent = held = NOTHING
    for row in rows:
        if tenant in (None, row.tenant):
            spent += Amount(row.charge.tokens, row.charge.nano_usd, row.charge.unpriced)
            held += Amount(row.charge.held_tokens, row.charge.held_nano_usd)
    owner = allowance.owner(tenant or "")
    return Standing(
        owner=owner,
        allowance=allowance,
        tenant=tenant,
        spent=spent,
        held=held,
        renews_at=allowance.span_at(now).renews_at,
        waiting=tuple(waiting.get(owner, ())),
    )
