"""What must hold of every journal, whatever happened to those who wrote it. Each returns what is wrong, in words."""

from collections import Counter
from collections.abc import Iterator, Sequence

from holdfast.journal.codec import decode
from holdfast.journal.events import (
    BranchTaken,
    Event,
    ItemsMapped,
    ModelReplied,
    NodeEntered,
    NodeLeft,
    RunEnded,
    StepEnded,
)
from holdfast.journal.fold.steps import step_path
from holdfast.journal.port import Recorded
from holdfast.kernel import paths


def gaps(recorded: Sequence[Recorded]) -> list[str]:
    """Versions count from 1 without gaps, and time in the order of writing is no matter."""
    return [
        f"expected version {expected}, found {entry.version}"
        for expected, entry in enumerate(recorded, 1)
        if entry.version != expected
    ]


def missing(before: Sequence[Recorded], after: Sequence[Recorded]) -> list[str]:
    """Whatever was seen in a journal stays there, as it was."""
    return [
        f"version {entry.version} was there and is gone or has changed"
        for entry, now in zip(before, [*after, *[None] * len(before)], strict=False)
        if now is None or now.body != entry.body
    ]


def repeated(events: Sequence[Event]) -> list[object]:
    """Return every step that was finished more than once."""
    finished: Counter[object] = Counter()
    for event in events:
        match event:
            case NodeEntered(node=node) | NodeLeft(node=node) | BranchTaken(node=node) | ItemsMapped(node=node):
                finished[type(event), node] += 1
            case ModelReplied(node=node, turn=turn):
                finished["model", node, turn] += 1
            case StepEnded(node=node, turn=turn, call=call):
                finished["step", node, turn, call] += 1
            case RunEnded():
                finished["end"] += 1
            case _:
                pass
    return [step for step, times in finished.items() if times > 1]


def finished_steps(recorded: Sequence[Recorded]) -> set[str]:
    """Return the paths of the effects and turns whose outcome is recorded."""
    return set(_finished(decode(entry.body) for entry in recorded))


def _finished(events: Iterator[Event]) -> Iterator[str]:
    for event in events:
        match event:
            case StepEnded():
                yield step_path(event)
            case ModelReplied(node=node, turn=turn):
                yield paths.turn(node, turn)
            case _:
                pass
