"""What of a run's work was sent and has no outcome yet: the keys of its actions. Pure."""

from collections.abc import Iterable

from holdfast.execution.actions import CallModel, CallTool
from holdfast.execution.interrupt import interruptions
from holdfast.journal.events import Event, ModelInterrupted, StepIntended, StepInterrupted
from holdfast.journal.fold.state import RunState


def sent(state: RunState, lost: Iterable[Event]) -> set[str]:
    """Return the keys of the calls that may have been sent: their intent is not among what was ``lost``."""
    open_calls = {key_of(event) for event in interruptions(state) if _has_consequence(event)}
    unsent = (event for event in lost if isinstance(event, StepIntended))
    return open_calls - {CallTool(each.node, each.turn, each.call, each.attempt).key for each in unsent}


def cut_off(state: RunState, under_way: Iterable[str]) -> list[ModelInterrupted | StepInterrupted]:
    """Return what is to be recorded of work that has no outcome and is not ``under_way`` any more."""
    keys = set(under_way)
    return [event for event in interruptions(state) if key_of(event) not in keys]


def key_of(event: ModelInterrupted | StepInterrupted) -> str:
    """Return the key of the action that ``event`` says was cut off."""
    match event:
        case ModelInterrupted():
            return CallModel(event.node, event.turn, event.attempt).key
        case StepInterrupted():
            return CallTool(event.node, event.turn, event.call, event.attempt).key


def _has_consequence(event: ModelInterrupted | StepInterrupted) -> bool:
    return isinstance(event, StepInterrupted) and event.effect.needs_intent
