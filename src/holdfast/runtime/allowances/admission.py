"""Whether a new run is begun while an allowance is spent that it would be paid from, and when it is to begin."""

import asyncio
import os
from collections.abc import Sequence
from typing import Literal

from holdfast.governance.allowance import Allowance
from holdfast.governance.ledger import Spent
from holdfast.governance.purse import OnAlert, Purses
from holdfast.journal.port import RunFilter, Store
from holdfast.kernel.clock import Clock
from holdfast.kernel.days import written
from holdfast.kernel.errors import AllowanceSpent, InputError
from holdfast.kernel.ids import RunId
from holdfast.runtime.allowances.configuration import read_allowances
from holdfast.runtime.allowances.waiting import awaiting

WhenSpent = Literal["refuse", "queue"]
"""What becomes of a new run while an allowance is spent: it is refused, or taken on to begin when that is renewed."""


def purses_of(allowances: Sequence[Allowance] | None, clock: Clock, on_alert: OnAlert) -> Purses:
    """Return what runs are paid from; None for ``allowances`` means what the file declares that the environment names.

    Raises InputError for a file that is of no use.
    """
    return Purses(read_allowances(os.environ) if allowances is None else allowances, clock, on_alert)


async def admitted(
    purses: Purses,
    tenant: str,
    app: str,
    store: Store,
    when_spent: WhenSpent,
    request_id: str | None = None,
    subject: str | None = None,
) -> Spent | None:
    """Return what a new run must wait for, None if it can begin at once, or if the request has begun it before.

    Raises AllowanceSpent if it is refused, which is its lot too where waiting would not help.
    """
    if when_spent not in ("refuse", "queue"):
        raise InputError(f"expected when_spent to be 'refuse' or 'queue', found {when_spent!r}")
    spent = await purses.spent(tenant, app, store)
    if spent is None or (when_spent == "queue" and spent.renews_at is not None):
        return spent
    if request_id is not None:
        begun_by_it = RunFilter(request=(tenant, request_id), subject=subject, count_max=1)
        if await store.runs(begun_by_it):
            return None
    if spent.renews_at is None:
        raise AllowanceSpent(f"{spent.why}. This run was not begun: it is never renewed, have it raised")
    raise AllowanceSpent(
        f"{spent.why}. This run was not begun: try again when it is renewed, at {written(spent.renews_at)}, "
        "or have it queued until then",
        spent.renews_at,
    )


async def free_to_go(purses: Purses, store: Store, clock: Clock) -> list[RunId]:
    """Return the runs that wait for an allowance which has been raised since."""
    found = []
    async for head, state in awaiting(store, clock.now()):
        if await purses.spent(state.tenant, state.app, store) is None:
            found.append(head.run)
        await asyncio.sleep(0)
    return found
