"""What a node that has a share of its own may spend, and what has been taken of it."""

import msgspec

from holdfast.kernel.limits import NOTHING_SPENT, Budget, Spend


class ShareState(msgspec.Struct, frozen=True, gc=False):
    """A share: its limits, what was spent of it, and what calls and child runs under way hold."""

    limits: Budget
    spend: Spend = NOTHING_SPENT
    lent: Spend = NOTHING_SPENT
    reserved: int = 0
    reserved_usd: float = 0.0
    given: int = 0
    """The version of the event that gave it: what was charged before that was taken of another."""
