"""What a saga that is not whole has done, undone and not undone, in words and as data. Pure."""

import enum
from collections.abc import Iterator

import msgspec

from holdfast.journal.fold.sagas import SAGA_KIND, UNDO_KIND
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.flow.nodes import Saga


class Undone(enum.StrEnum):
    """What became of what a step has done."""

    UNDONE = "undone"
    BY_HAND = "undone_by_hand"
    """A person has said so."""
    STANDS = "stands"
    PENDING = "pending"
    """It is being undone, or still to be."""


class StepReport(msgspec.Struct, frozen=True):
    """A step of a saga that is not whole, and what became of what it has done."""

    step: str
    """Its path."""
    how: Undone
    by: str = ""
    """The person who has said so."""
    fault: Fault | None = None
    """Why it stands."""


class SagaReport(msgspec.Struct, frozen=True):
    """A saga of a run that is not whole."""

    path: str
    is_settled: bool
    """Nothing more is undone."""
    steps: tuple[StepReport, ...] = ()
    """What was, or is being, undone, in that order."""


def sagas_of(run: RunState) -> list[SagaReport]:
    """Return what is known of the sagas that are not whole, in the order of their paths."""
    broken = [node for node in run.nodes.values() if node.kind == SAGA_KIND and paths.undo(node.path) in run.nodes]
    return [_report(node.path, run) for node in sorted(broken, key=lambda node: node.path)]


def undone_at(run: RunState) -> list[str]:
    """Return the paths of the steps whose deeds were undone, and of what has undone them."""
    reports = (each for saga in sagas_of(run) for each in saga.steps)
    steps = [each.step for each in reports if each.how in (Undone.UNDONE, Undone.BY_HAND)]
    return [*steps, *(paths.item(paths.undo(saga), name) for saga, _, name in (each.rpartition("/") for each in steps))]


def fault_of(saga: Saga, path: str, run: RunState) -> Fault:
    """Return the fault of the saga at ``path``, all of whose steps are undone or stand: COMPENSATED or NOT_UNDONE."""
    steps = _report(path, run).steps
    standing = [each for each in steps if each.how is Undone.STANDS]
    undone = [_name(each.step) for each in steps if each.how is not Undone.STANDS]
    told = [_because(saga, path, run)]
    if undone:
        told.append(f"undone: {', '.join(undone)}")
    if standing:
        told.append(f"not undone: {', '.join(_standing(each) for each in standing)}")
    if not steps:
        told.append("nothing was done")
    return Fault(ErrorKind.NOT_UNDONE if standing else ErrorKind.COMPENSATED, "; ".join(told))


def _because(saga: Saga, path: str, run: RunState) -> str:
    """Return why the saga is not whole."""
    for step in saga.steps:
        node = run.nodes.get(paths.below(path, step.do.name))
        if node is None or node.outcome is None or node.outcome in (Outcome.SUCCEEDED, Outcome.SKIPPED):
            continue
        if node.outcome is Outcome.CANCELLED:
            break
        return f"{step.do.name}: {node.fault.message if node.fault else f'ended {node.outcome}'}"
    if run.cancel_reason is not None:
        return f"cancelled: {run.cancel_reason}"
    around = run.nodes[path].fault
    return "it was cut off" if around is None else around.message


def _report(path: str, run: RunState) -> SagaReport:
    undo = run.nodes[paths.undo(path)]
    return SagaReport(path, undo.outcome is not None, tuple(_steps(path, undo, run)))


def _steps(path: str, undo: NodeState, run: RunState) -> Iterator[StepReport]:
    tried = (node for node in run.nodes.values() if paths.parent(node.path) == undo.path)
    for node in sorted(tried, key=lambda node: node.left_at or run.version + 1):
        place = paths.undone(node.path)
        assert place is not None, "what undoes a step lies below its saga"
        step = paths.below(*place)
        match node.outcome:
            case None:
                yield StepReport(step, Undone.PENDING)
            case Outcome.SUCCEEDED:
                by = _by_hand(node, run)
                yield StepReport(step, Undone.BY_HAND if by else Undone.UNDONE, by)
            case _:
                yield StepReport(step, Undone.STANDS, _decided(node, run), node.fault)


def _by_hand(node: NodeState, run: RunState) -> str:
    if node.kind != UNDO_KIND and node.step.outcome is Outcome.SUCCEEDED:
        return ""
    return _decided(node, run)


def _decided(node: NodeState, run: RunState) -> str:
    """Return who was asked about ``node`` and has decided; empty if nobody was."""
    asked = (run.nodes.get(f"{node.path}/ask.{number}") for number in range(node.tries + 1, 0, -1))
    last = next((each for each in asked if each is not None), None)
    return "" if last is None or last.question is None else last.question.by


def _standing(report: StepReport) -> str:
    by = f", given up by {report.by}" if report.by else ""
    return f"{_name(report.step)} ({report.fault.message if report.fault else 'unknown'}{by})"


def _name(path: str) -> str:
    return path.rpartition("/")[2]
