"""What was consumed, as every surface tells it: one set of figures, from the fold's own count. Pure.

A cost that is not known is told as such, never as zero: ``cost_usd`` is None where no call's price is known, and
``calls_of_unknown_cost`` says how many calls the sum leaves out.
"""

from collections.abc import Iterable

import msgspec

from holdfast.journal.fold.state import RunState
from holdfast.kernel.limits import Spend


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What was consumed; the names are those of every ``--json`` output."""

    turns: int
    tool_calls: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    tokens: int
    cost_usd: float | None
    calls_of_unknown_cost: int


def figures(spend: Spend) -> Figures:
    """Return the figures of ``spend``."""
    return Figures(
        turns=spend.turns,
        tool_calls=spend.tool_calls,
        input_tokens=spend.input_tokens,
        output_tokens=spend.output_tokens,
        cached_tokens=spend.cached_tokens,
        tokens=spend.tokens,
        cost_usd=cost_usd(spend),
        calls_of_unknown_cost=spend.calls_of_unknown_cost,
    )


def cost_usd(spend: Spend) -> float | None:
    """Return what is known to have been paid, None if nothing of it is known."""
    return None if spend.calls_of_unknown_cost and not spend.usd else spend.usd


def total(spends: Iterable[Spend]) -> Spend:
    """Return the sum of ``spends``."""
    summed = dict.fromkeys(Spend.__struct_fields__, 0)
    for spend in spends:
        for name in summed:
            summed[name] += getattr(spend, name)
    return msgspec.convert(summed, Spend)


def spend_below(state: RunState, path: str) -> Spend:
    """Return what the agents and child runs at or below the node at ``path`` have consumed."""
    inside = (f"{path}/", f"{path}[")
    agents = (node.agent for node in state.nodes.values() if node.path == path or node.path.startswith(inside))
    children = (each for each in state.children.values() if each.node == path or each.node.startswith(inside))
    return total((*(agent.spend for agent in agents if agent is not None), *(child.spend for child in children)))
