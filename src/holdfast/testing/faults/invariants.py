"""What must hold of every journal, whatever happened to those who wrote it. Each returns what is wrong, in words."""

from collections.abc import Iterable, Iterator, Sequence, Set

from msgspec.structs import replace

from holdfast.journal.codec import decode
from holdfast.journal.events import (
    BranchTaken,
    Event,
    ItemsMapped,
    ModelReplied,
    NodeEntered,
    NodeLeft,
    NodeRetried,
    RunEnded,
    RunRequeued,
    StepEnded,
    StepJudged,
)
from holdfast.journal.fold import fold
from holdfast.journal.fold.steps import step_path
from holdfast.journal.ledger import Charged
from holdfast.journal.port import Recorded
from holdfast.kernel import paths
from holdfast.kernel.charges import Charge, added

Step = tuple[object, ...]
END: Step = ("end", "")


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


def miscounted(journals: Iterable[Sequence[Recorded]], charged: Sequence[Charged]) -> list[str]:
    """The ledger says what the journals say, to the last token: neither is ever written without the other."""
    told: dict[tuple[str, str], Charge] = {}
    for recorded in journals:
        state = fold(recorded)
        for each in state.charges:
            key = (state.tenant, state.app)
            before = (told[key],) if key in told else ()
            told[key] = added(before, replace(each, day=0))[0]
    nothing = Charge(0)
    kept = {(row.tenant, row.app): replace(row.charge, day=0) for row in charged}
    return [
        f"the ledger has {kept.get(key)} for {key}, the journals say {told.get(key)}"
        for key in sorted(told.keys() | kept.keys())
        if told.get(key, nothing) != kept.get(key, nothing)
    ]


def repeated(events: Sequence[Event]) -> list[object]:
    """Return every step that was finished more than once, unless it had failed, or was to be done again."""
    finished: set[Step] = set()
    twice: dict[Step, None] = {}
    for event in events:
        finished.difference_update(tuple(_taken_back(event, finished)))
        if (step := _finishes(event)) is not None:
            if step in finished:
                twice[step] = None
            finished.add(step)
    return [step[0] if step == END else step for step in twice]


def _finishes(event: Event) -> Step | None:
    match event:
        case BranchTaken(node=node, case=str(case)) if case.isdigit():
            return BranchTaken, node, case  # a loop goes on as often as it has rounds
        case NodeEntered(node=node) | NodeLeft(node=node) | BranchTaken(node=node) | ItemsMapped(node=node):
            return type(event), node
        case ModelReplied(node=node, turn=turn) if event.defect is None or event.defect.retryable:
            return "model", node, turn
        case StepJudged(node=node, step=step):
            return StepJudged, paths.below(node, step)
        case StepEnded(node=node, turn=turn, call=call):
            return "step", node, turn, call
        case RunEnded():
            return END
        case _:
            return None


def _taken_back(event: Event, finished: Set[Step]) -> Iterator[Step]:
    """Yield what of ``finished`` may be finished again after ``event``."""
    match event:
        case NodeRetried(node=node):
            yield "step", node, 0, 0
        case RunRequeued(reopened=reopened, dropped=dropped):
            yield END
            yield from (
                step
                for node in reopened
                for step in ((NodeLeft, node), (ItemsMapped, node), (StepJudged, node), ("step", node, 0, 0))
            )
            yield from (step for step in finished if _is_below(str(step[1]), dropped))
            yield from (step for step in finished if step[:-1] in [(BranchTaken, node) for node in reopened])
        case _:
            pass


def _is_below(path: str, roots: Sequence[str]) -> bool:
    return any(path == root or path.startswith((f"{root}/", f"{root}[")) for root in roots)


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
