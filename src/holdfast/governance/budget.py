"""How much the next model call may take, so that no limit is overshot. Pure."""

from bisect import bisect_right
from typing import Protocol

import msgspec

from holdfast.kernel.limits import USD_DIGITS, Budget, Exceeded, Spend, calls_exceed, next_turn_exceeds, usd_left

OUTPUT_TOKENS_MIN = 16
"""A reply of fewer tokens than this is of no use: the call is not made."""


class Account(msgspec.Struct, frozen=True, gc=False):
    """One budget and what has been taken from it; what is ``reserved`` belongs to calls in flight."""

    owner: str
    budget: Budget
    spend: Spend
    reserved: int = 0
    reserved_usd: float = 0.0


class Priced(Protocol):
    """What a model's calls cost."""

    def cost_usd_max(self, input_tokens: int, output_tokens: int) -> float:
        """Return the most that a call of at most so many tokens can cost, to the nano-dollar; more are no cheaper."""


class Reservation(msgspec.Struct, frozen=True, gc=False):
    """What a call of ``model`` may take at most, in tokens and in dollars; None where its price is not known."""

    model: str
    output_tokens_max: int
    input_tokens_max: int
    usd_for_one: float | None
    is_hedged: bool = False
    """A second call like it may be sent beside it: both are reserved for."""

    @property
    def tokens(self) -> int:
        """Input and output together, of both calls where there may be two."""
        return (self.input_tokens_max + self.output_tokens_max) * (1 + self.is_hedged)

    @property
    def usd(self) -> float | None:
        """Dollars likewise; None where the price is not known."""
        if self.usd_for_one is None or not self.is_hedged:
            return self.usd_for_one
        return round(2 * self.usd_for_one, USD_DIGITS)


class Shortage(msgspec.Struct, frozen=True):
    """Why a call cannot be made: the limit that forbids it, and that in words."""

    limit: str
    told: str


def forbids_turn(accounts: tuple[Account, ...]) -> str | None:
    """Return why no account has room for one more turn, or None if all have."""
    for account in accounts:
        if exceeded := next_turn_exceeds(account.budget, account.spend):
            return _told(account, exceeded)
    return None


def forbids_calls(accounts: tuple[Account, ...], wanted: int) -> str | None:
    """Return why the ``wanted`` calls just asked for, which ``spend`` counts already, are too many; or None."""
    for account in accounts:
        if account.budget.tool_calls is None or account.spend.tool_calls <= account.budget.tool_calls:
            continue
        before = msgspec.structs.replace(account.spend, tool_calls=account.spend.tool_calls - wanted)
        if exceeded := calls_exceed(account.budget, before, wanted):
            return _told(account, exceeded)
    return None


def reserve(
    accounts: tuple[Account, ...], model: str, input_tokens: int, wanted: int, price: Priced | None
) -> Reservation | Shortage:
    """Return what a call of at most ``input_tokens`` is to reserve, its reply shrunk to what every account can pay.

    ``price`` is that of ``model``; None if nobody knows it, which a budget in dollars does not allow.
    """
    allowance = _by_tokens(accounts, input_tokens, wanted)
    if isinstance(allowance, Shortage):
        return allowance
    if price is None:
        limited = next((account for account in accounts if account.budget.usd is not None), None)
        return Reservation(model, allowance, input_tokens, None) if limited is None else _without_price(limited, model)
    usd = price.cost_usd_max(input_tokens, allowance)
    for account in accounts:
        if account.budget.usd is None:
            continue
        left = usd_left(account.budget.usd, account.spend.usd + account.reserved_usd)
        if usd <= left:
            continue
        within = _by_money(account, left, input_tokens, allowance, price)
        if isinstance(within, Shortage):
            return within
        allowance, usd = within, price.cost_usd_max(input_tokens, within)
    return Reservation(model, allowance, input_tokens, usd)


def hedged(accounts: tuple[Account, ...], reserved: Reservation) -> Reservation:
    """Return what is to be reserved where a second call may be sent beside the first: for both, if all can pay both.

    Neither is made shorter for it: what does not suffice for two is left to the one.
    """
    both = msgspec.structs.replace(reserved, is_hedged=True)
    return both if all(_can_pay(account, both) for account in accounts) else reserved


def _can_pay(account: Account, reserved: Reservation) -> bool:
    budget, spend = account.budget, account.spend
    if budget.tokens is not None and spend.tokens + account.reserved + reserved.tokens > budget.tokens:
        return False
    if budget.usd is None:
        return True
    return reserved.usd is not None and reserved.usd <= usd_left(budget.usd, spend.usd + account.reserved_usd)


def _by_tokens(accounts: tuple[Account, ...], input_tokens: int, wanted: int) -> int | Shortage:
    for account in accounts:
        if account.budget.tokens is None:
            continue
        taken = account.spend.tokens + account.reserved
        left = account.budget.tokens - taken - input_tokens
        if left < min(OUTPUT_TOKENS_MIN, wanted):
            told = (
                f"the {account.owner}'s budget of {account.budget.tokens} tokens cannot pay a call of up to "
                f"{input_tokens}, and a reply: {taken} are taken"
            )
            return Shortage("tokens", told)
        wanted = min(wanted, left)
    return wanted


def _by_money(account: Account, left: float, input_tokens: int, wanted: int, price: Priced) -> int | Shortage:
    """Return how many tokens of a reply, fewer than ``wanted``, can be paid with what is left: dearer is longer."""
    least = min(OUTPUT_TOKENS_MIN, wanted)
    worst = price.cost_usd_max(input_tokens, least)
    if worst > left:
        taken = account.spend.usd + account.reserved_usd
        told = (
            f"the {account.owner}'s budget of ${account.budget.usd:,.9g} cannot pay a call of up to {input_tokens} "
            f"tokens, and a reply, that may cost ${worst:,.6g}: ${taken:,.6g} is taken"
        )
        return Shortage("usd", told)
    return least + bisect_right(range(least + 1, wanted), left, key=lambda more: price.cost_usd_max(input_tokens, more))


def _without_price(account: Account, model: str) -> Shortage:
    told = (
        f"the {account.owner} has a budget in dollars, and nobody knows what {model} costs: set its price under "
        "[prices] in the file that HOLDFAST_MODELS names, or limit tokens instead"
    )
    return Shortage("usd", told)


def _told(account: Account, exceeded: Exceeded) -> str:
    return f"the {account.owner}'s {exceeded}"
