"""What a node may spend that has a share of its own, reckoned when it is entered. Pure."""

from holdfast.journal.events import Event, ShareGiven
from holdfast.journal.fold.shares import shares_around
from holdfast.journal.fold.state import RunState
from holdfast.kernel.limits import USD_DIGITS, Budget
from holdfast.orchestration.flow.node import Spending
from holdfast.orchestration.flow.nodes import Node


def share_given(node: Node, path: str, run: RunState) -> tuple[Event, ...]:
    """Return what gives ``node`` its share as it is entered; nothing for one that has none, or goes on with it."""
    share = node.share if isinstance(node, Spending) else None
    if share is None or path in run.shares:
        return ()
    limits = share if isinstance(share, Budget) else part_of(_enclosing(path, run), share)
    return (ShareGiven(node=path, limits=limits),)


def part_of(limits: Budget, part: float) -> Budget:
    """Return that part of what is limited; whole turns, calls and tokens, rounded down."""
    return Budget(
        tokens=None if limits.tokens is None else int(limits.tokens * part),
        usd=None if limits.usd is None else round(limits.usd * part, USD_DIGITS),
        turns=None if limits.turns is None else int(limits.turns * part),
        tool_calls=None if limits.tool_calls is None else int(limits.tool_calls * part),
    )


def _enclosing(path: str, run: RunState) -> Budget:
    return next((share.limits for _, share in shares_around(run, path)), run.budget)
