"""Which rung of a fallback is tried, when the next one is, and how the ladder ends. Pure."""

from collections.abc import Sequence

from holdfast.execution.decide import run_account
from holdfast.governance.budget import forbids_turn
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.flow.nodes import Fallback
from holdfast.orchestration.values.joins import because

FALLBACK_KIND = "fallback"
NEVER = frozenset((ErrorKind.CANCELLED, ErrorKind.IN_DOUBT))
"""After these nothing else is tried, unless it is declared: it is not wanted, or might be done a second time."""


def has_answered(rung: NodeState | None) -> bool:
    """Whether what a rung gave stands for the whole."""
    return rung is not None and rung.outcome in (Outcome.SUCCEEDED, Outcome.PARTIAL)


def steps_down(node: Fallback, rung: NodeState, run: RunState) -> bool:
    """Whether the next rung is tried after ``rung``, which has ended without an answer."""
    if rung.outcome is Outcome.SKIPPED:
        return True
    kind = because(rung).kind
    if node.steps_down_on is not None:
        return kind in node.steps_down_on
    is_used_up = kind is ErrorKind.BUDGET and forbids_turn((run_account(run),)) is not None
    return kind not in NEVER and rung.outcome is not Outcome.CANCELLED and not is_used_up


def answered(node: Fallback, rung: NodeState, above: Sequence[NodeState]) -> tuple[Outcome, Fault | None]:
    """Return how the ladder ends on which ``rung`` has answered; those ``above`` it have not."""
    if not above or not node.is_partial_below:
        return (Outcome.PARTIAL if rung.outcome is Outcome.PARTIAL else Outcome.SUCCEEDED), None
    first = because(above[0])
    told = f"{_name(rung)} answered instead of {_name(above[0])}: {first.message}"
    return Outcome.PARTIAL, Fault(first.kind, told)


def unanswered(ended: Sequence[NodeState]) -> tuple[Outcome, Fault]:
    """Return how the ladder ends if the last of ``ended`` was the last that was to be tried."""
    last = because(ended[-1])
    return Outcome.FAILED, Fault(last.kind, "; ".join(because(rung).message for rung in ended), last.retryable)


def rung_of(run: RunState, node: NodeState) -> str | None:
    """Return the name of the rung that has answered in the fallback at ``node``; None if none has."""
    rungs = ((name, run.nodes.get(paths.below(node.path, name))) for name in node.branches)
    return next((name for name, rung in rungs if has_answered(rung)), None)


def _name(rung: NodeState) -> str:
    return rung.path.rpartition("/")[2]
