"""What effects of a run were left in part, as a later call meets it. Pure."""

from holdfast.integration.tools.invocation import Invocation
from holdfast.integration.tools.resource import journalled
from holdfast.journal.events.steps import Unfinished
from holdfast.journal.fold.sagas import is_undoing
from holdfast.journal.fold.state import InPart


def unfinished(invocation: Invocation) -> Unfinished:
    """Return what the call has left in part."""
    undo = invocation.tool.undo
    return Unfinished(_acted_on(invocation), undo.name if undo is not None else "")


def in_the_way(invocation: Invocation) -> InPart | None:
    """Return an effect in part upon which the call would build; completing or undoing it is not that.

    Nor is undoing what a saga has done, in whatever state that was left.
    """
    state = invocation.desk.recorder.state
    if not (state.in_part and invocation.effect.needs_intent) or is_undoing(state, invocation.order.node):
        return None
    acts_on = set(_acted_on(invocation))
    met = (part for part in state.in_part if acts_on.intersection(part.left.what))
    return next((part for part in met if not _mends(invocation, part)), None)


def mended(invocation: Invocation) -> tuple[str, ...]:
    """Return the paths of the effects in part that the call, which has done all that it was to do, puts right."""
    in_part = invocation.desk.recorder.state.in_part
    return tuple(part.path for part in in_part if _mends(invocation, part))


def _mends(invocation: Invocation, part: InPart) -> bool:
    if invocation.tool.name not in (part.tool, part.left.undo):
        return False
    return set(part.left.what) <= set(_acted_on(invocation))


def _acted_on(invocation: Invocation) -> tuple[str, ...]:
    return journalled(invocation.keys) or (invocation.digest,)
