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


def read_wish(
    from_step: str,
    *,
    repeats_effects: bool,
    tokens: int | None,
    usd: float | None,
    turns: int | None,
    tool_calls: int | None,
    by: str | None,
    note: str,
) -> Wish:
    """Return what the options say. Raises InputError for a budget that raises nothing."""
    if usd is not None and not usd > 0:
        raise InputError(f"expected --usd above 0, found {usd:g}")
    budget = Budget(tokens=tokens, usd=usd, turns=turns, tool_calls=tool_calls)
    return Wish(from_step, repeats_effects, None if budget == Budget() else budget, by, note)
