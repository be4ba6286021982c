"""How what an effect has left in part evolves: noted, and forgotten once it is completed or undone."""

from msgspec.structs import replace

from holdfast.journal.events import DoubtSettled, StepEnded
from holdfast.journal.fold.state import InPart, RunState


def left_in_part(state: RunState, event: StepEnded | DoubtSettled, path: str) -> RunState:
    """Return ``state`` after the effect at ``path`` has ended."""
    still = tuple(each for each in state.in_part if each.path not in event.mends and each.path != path)
    if event.unfinished is not None:
        reason = "" if event.fault is None else event.fault.message
        still = (*still, InPart(path, event.node, event.name, event.unfinished, reason))
    return replace(state, in_part=still)
