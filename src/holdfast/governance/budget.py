"""How much the next model call may take, so that no limit is overshot. Pure."""

import msgspec

from holdfast.kernel.limits import Budget, Exceeded, Spend, calls_exceed, next_turn_exceeds

OUTPUT_TOKENS_MIN = 16
"""A reply of fewer tokens than this is of no use: the call is not made."""


class Account(msgspec.Struct, frozen=True):
    """One budget and what has been taken from it; ``reserved`` tokens belong to calls in flight."""

    owner: str
    budget: Budget
    spend: Spend
    reserved: int = 0


def forbids_turn(accounts: tuple[Account, ...]) -> str | None:
    """Return why no account has room for one more turn, or None if all have."""
    for account in accounts:
        if exceeded := next_turn_exceeds(account.budget, account.spend):
            return _told(account, exceeded)
    return None


def forbids_calls(accounts: tuple[Account, ...], wanted: int) -> str | None:
    """Return why the ``wanted`` calls just asked for, which ``spend`` counts already, are too many; or None."""
    for account in accounts:
        before = msgspec.structs.replace(account.spend, tool_calls=account.spend.tool_calls - wanted)
        if exceeded := calls_exceed(account.budget, before, wanted):
            return _told(account, exceeded)
    return None


def output_allowance(accounts: tuple[Account, ...], input_tokens: int, wanted: int) -> int | str:
    """Return how many tokens a reply may have, at most ``wanted``; or why a call of ``input_tokens`` is too dear."""
    for account in accounts:
        if account.budget.tokens is None:
            continue
        left = account.budget.tokens - account.spend.tokens - account.reserved - input_tokens
        if left < OUTPUT_TOKENS_MIN:
            taken = account.spend.tokens + account.reserved
            return (
                f"the {account.owner}'s budget of {account.budget.tokens} tokens cannot pay a call of {input_tokens}: "
                f"{taken} are taken"
            )
        wanted = min(wanted, left)
    return wanted


def _told(account: Account, exceeded: Exceeded) -> str:
    return f"the {account.owner}'s {exceeded}"
