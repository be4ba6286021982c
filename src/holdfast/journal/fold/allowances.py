"""How the waits for allowances evolve. A driver that takes a run up asks anew: an allowance may have been raised."""

from msgspec.structs import replace

from holdfast.journal.events import AllowanceAwaited, AllowanceRenewed
from holdfast.journal.fold.state import Awaited, RunState


def allowance_awaited(state: RunState, event: AllowanceAwaited, _at: float, version: int) -> RunState:
    awaited = Awaited(event.node, event.allowance, event.renews_at)
    return replace(state, awaited=(*without(state, event.node), awaited), version=version)


def allowance_renewed(state: RunState, event: AllowanceRenewed, _at: float, version: int) -> RunState:
    return replace(state, awaited=without(state, event.node), version=version)


def without(state: RunState, node: str) -> tuple[Awaited, ...]:
    """Return the waits of all other nodes."""
    return tuple(each for each in state.awaited if each.node != node)
