"""What a run has sent into the world, read from its journal: each effect that may have been done. Pure."""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from holdfast.journal.events import DoubtSettled, Event, StepEnded, StepIntended, StepInterrupted
from holdfast.journal.fold.steps import step_path
from holdfast.kernel.effects import Effect
from holdfast.kernel.outcomes import Settlement


class Deed(msgspec.Struct, frozen=True):
    """An effect that was to be sent. A definite failure opens another: it goes under another key."""

    path: str
    node: str
    tool: str
    effect: Effect
    arguments: str
    key: str | None
    key_until: float | None = None
    is_done: bool = False
    """It has succeeded."""
    is_void: bool = False
    """It is certain that nothing was done."""


def deeds(events: Iterable[Event]) -> list[Deed]:
    """Return the effects from ``keyed`` on that were intended, in the order in which they first were."""
    found: dict[tuple[str, str | None], Deed] = {}
    last: dict[str, tuple[str, str | None]] = {}
    for event in events:
        match event:
            case StepIntended() if event.effect.needs_intent:
                path = step_path(event)
                last[path] = place = path, event.key
                before = found.get(place)
                found[place] = replace(before, is_void=False) if before is not None else _deed(event, path)
            case StepEnded() | StepInterrupted() | DoubtSettled() if step_path(event) in last:
                place = last[step_path(event)]
                found[place] = _after(found[place], event)
            case _:
                pass
    return list(found.values())


def _deed(event: StepIntended, path: str) -> Deed:
    return Deed(path, event.node, event.name, event.effect, event.arguments, event.key, event.key_until)


def _after(deed: Deed, event: StepEnded | StepInterrupted | DoubtSettled) -> Deed:
    match event:
        case StepEnded() if event.outcome.is_success:
            return replace(deed, is_done=True)
        case StepEnded() if event.is_definite:
            return replace(deed, is_void=not deed.is_done)
        case DoubtSettled() if event.how is Settlement.DID_NOT:
            return replace(deed, is_void=not deed.is_done)
        case DoubtSettled() if event.how is Settlement.HAPPENED:
            return replace(deed, is_done=True)
        case StepInterrupted() if not event.was_sent and event.attempt == 1:
            return replace(deed, is_void=not deed.is_done)
        case _:
            return deed
