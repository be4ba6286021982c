"""Where a loop stands in its rounds, and how it ends without what it is there for. Pure.

A round is the loop's body under its number, from 1: ``LOOP[1]``. Whether the loop goes on after a round is evaluated
once the round has ended, and counts for that round alone: one that is done again is asked of again.
"""

from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.flow.nodes import AtRoundsMax, Loop

LOOP_KIND = "loop"


def last_round(run: RunState, path: str) -> tuple[int, NodeState | None]:
    """Return the number of rounds that the loop at ``path`` has begun, and the last of them."""
    number, last = 0, None
    while (following := run.nodes.get(paths.item(path, str(number + 1)))) is not None:
        number, last = number + 1, following
    return number, last


def goes_on(loop: NodeState, number: int, last: NodeState) -> bool:
    """Whether it was found after round ``number``, as it ended ``last``, that another is needed."""
    return last.outcome is not None and loop.case == str(number + 1) and loop.decided_at > last.left_at


def round_of(path: str, run: RunState) -> tuple[str, int] | None:
    """Return the innermost loop that ``path`` lies in, and the number of the round; None outside of all."""
    inner = path
    for around in (path, *paths.ancestors(path)):
        state = run.nodes.get(around)
        if around != path and state is not None and state.kind == LOOP_KIND:
            return around, int(inner.removeprefix(around)[1:-1])
        inner = around
    return None


def exhausted(node: Loop) -> tuple[Outcome, Fault | None]:
    """Return how a loop ends whose last round was not the last one needed."""
    counted = "1 round" if node.rounds_max == 1 else f"{node.rounds_max} rounds"
    fault = Fault(ErrorKind.UNMET, f"expected {node.until!r} to hold after at most {counted}, found that it does not")
    return (Outcome.FAILED if node.at_rounds_max is AtRoundsMax.FAIL else Outcome.PARTIAL), fault
