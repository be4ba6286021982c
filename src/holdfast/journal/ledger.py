"""What the ledger of a store promises: what each tenant's runs of each app were charged a day, written with the events.

An entry is part of the commit that brings the events it follows from, so neither is ever without the other, and a
commit that is sent again charges nothing twice. The ledger outlives the runs: what was spent stays in it when a run is
removed, moved to another store or erased, as a sum that names nobody but the tenant.

The sums are kept for one process that drives and decides what may still be spent; others read them. Many drivers of one
store need more: each leases a slice of what is left, in a transaction of its own. That is for the store that has them.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from holdfast.kernel.charges import Charge, Charges


class Entries(msgspec.Struct, frozen=True):
    """What one commit enters: of each day what the run has spent since its last one, and what it holds from now on."""

    tenant: str
    app: str
    charges: Charges


class Charged(msgspec.Struct, frozen=True):
    """What the runs of one app of one tenant have come to in a span of days; ``charge`` has the first for its day."""

    tenant: str
    app: str
    charge: Charge


class Ledger(Protocol):
    """Reads what was charged."""

    async def charged(self, first_day: int, last_day: int) -> Sequence[Charged]:
        """Return what was charged from ``first_day`` to ``last_day``, by tenant and app, in their order.

        What a run held when it was erased counts as spent: its call was sent, and nobody will see the reply.
        """
