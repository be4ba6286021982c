"""What a run has sent into the world, read from its journal: each effect that may have been done. Pure."""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from holdfast.journal.events import (
    DoubtSettled,
    Event,
    RunForked,
    RunMigrated,
    StepEnded,
    StepIntended,
    StepInterrupted,
    StepRetried,
)
from holdfast.journal.fold.steps import step_path
from holdfast.journal.fold.versions import moved, place
from holdfast.kernel.effects import Effect
from holdfast.kernel.outcomes import Outcome, Settlement

Place = tuple[str, str | None]
"""The path of an effect, and the key under which it was sent."""


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
    """Return the effects from ``keyed`` on that were intended, in the order in which they first were.

    They are named by the paths that their nodes have now, after all migrations.
    """
    found: dict[Place, Deed] = {}
    last: dict[str, Place] = {}
    for event in events:
        match event:
            case StepIntended() if event.effect.needs_intent:
                path = step_path(event)
                last[path] = at = path, event.key
                before = found.get(at)
                found[at] = replace(before, is_void=False) if before is not None else _deed(event, path)
            case StepEnded() | StepInterrupted() | StepRetried() | DoubtSettled() if step_path(event) in last:
                at = last[step_path(event)]
                found[at] = _after(found[at], event)
            case RunMigrated():
                found, last = _each_moved(found, event), _last_moved(last, event)
            case RunForked():
                found, last = _of_another(found), {}
            case _:
                pass
    return list(found.values())


def _deed(event: StepIntended, path: str) -> Deed:
    return Deed(path, event.node, event.name, event.effect, event.arguments, event.key, event.key_until)


def _of_another(found: Mapping[Place, Deed]) -> dict[Place, Deed]:
    """Return the deeds of the run whose history this one has inherited: done they are, but their keys are not its own.

    Of several at one path that is one which may have been done.
    """
    there: dict[Place, Deed] = {}
    for deed in found.values():
        other = there.get((deed.path, None), deed)
        is_done, is_void = deed.is_done or other.is_done, deed.is_void and other.is_void
        there[deed.path, None] = replace(deed, key=None, key_until=None, is_done=is_done, is_void=is_void)
    return there


def _each_moved(found: Mapping[Place, Deed], event: RunMigrated) -> dict[Place, Deed]:
    """Return the deeds at their new places. Two that come to lie at one place are one that may have been done."""
    there: dict[Place, Deed] = {}
    for deed in found.values():
        path, node = place(deed.path, event), place(deed.node, event)
        other = there.get((path, deed.key), deed)
        is_done, is_void = deed.is_done or other.is_done, deed.is_void and other.is_void
        there[path, deed.key] = replace(deed, path=path, node=node, is_done=is_done, is_void=is_void)
    return there


def _last_moved(last: Mapping[str, Place], event: RunMigrated) -> dict[str, Place]:
    """Return what each path was last sent as. Where two come to lie at one path, the one that goes on counts."""
    forgotten = [path for path in last if moved(path, event.renamed, event.dropped) is None]
    going_on = [path for path in last if path not in forgotten]
    return {place(path, event): (place(path, event), last[path][1]) for path in (*forgotten, *going_on)}


def _after(deed: Deed, event: StepEnded | StepInterrupted | StepRetried | DoubtSettled) -> Deed:
    match event:
        case StepEnded() if event.outcome is Outcome.SUCCEEDED:
            return replace(deed, is_done=True)
        case StepEnded() | StepRetried() if event.is_definite:
            return replace(deed, is_void=not deed.is_done)
        case DoubtSettled() if event.how is Settlement.DID_NOT:
            return replace(deed, is_void=not deed.is_done)
        case DoubtSettled() if event.how is Settlement.HAPPENED:
            return replace(deed, is_done=True)
        case StepInterrupted() if not event.was_sent and event.attempt == 1:
            return replace(deed, is_void=not deed.is_done)
        case _:
            return deed
