"""How somebody wants a run to go on that failed, read from the command line."""

import msgspec

from holdfast.kernel.errors import InputError
from holdfast.kernel.limits import Budget


class Wish(msgspec.Struct, frozen=True):
    """From which step, at what cost, by whom (None: whoever is at the keyboard)."""

    from_step: str
    repeats_effects: bool
    budget: Budget | None
    by: str | None
    note: str


def read_wish(from_step: str, *, repeats_effects: bool, budget: Budget, by: str | None, note: str) -> Wish:
    """Return what the options say; ``budget`` has the limits that are raised. Raises InputError for no money."""
    if budget.usd is not None and not budget.usd > 0:
        raise InputError(f"expected --usd above 0, found {budget.usd:g}")
    return Wish(from_step, repeats_effects, None if budget == Budget() else budget, by, note)
