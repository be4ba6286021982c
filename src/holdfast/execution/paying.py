"""Whether a model call can be paid: from the budgets of its agent and run, and from the operator's allowances."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from holdfast.governance.budget import Reservation
from holdfast.governance.ledger import Busy, Spent
from holdfast.kernel.outcomes import ErrorKind, Fault


class Purse(Protocol):
    """The allowances of the operator that a run is paid from. ``governance.purse`` has it."""

    def ask(self, tokens: int, usd: float | None) -> Spent | Busy | None:
        """Return why a call that may come to so much has no room, None if it has: until anything else is awaited."""

    async def freed(self) -> None:
        """Return once something may have been freed."""


async def paid(reserve: Callable[[], Reservation | str], purse: Purse) -> Reservation | Fault | Spent:
    """Return what a call reserves; a fault if it can never be paid, Spent while an allowance is.

    ``reserve`` says what its own budgets let it reserve, or why they do not. Waits for calls under way that hold what
    they may not need, but never for the sake of a second call beside it. Once it has returned nothing else is awaited:
    no other call can spend what is found to be left.
    """
    while True:
        reserved = reserve()
        if isinstance(reserved, str):
            return Fault(ErrorKind.BUDGET, reserved)
        one = msgspec.structs.replace(reserved, is_hedged=False) if reserved.is_hedged else reserved
        match purse.ask(one.tokens, one.usd):
            case None if reserved.is_hedged and purse.ask(reserved.tokens, reserved.usd) is None:
                return reserved
            case None:
                return one
            case Busy():
                await purse.freed()
            case Spent(renews_at=None) as spent:
                return Fault(ErrorKind.BUDGET, spent.why)
            case spent:
                return spent
