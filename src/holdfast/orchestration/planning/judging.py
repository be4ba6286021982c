"""Holds the steps of a graph that have ended against what is expected of them, and says what was found."""

from holdfast.journal.events import Event, StepJudged
from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.orchestration.flow.names import RESULT
from holdfast.orchestration.flow.nodes import Graph
from holdfast.orchestration.values.graphs import Placed, placed, standing
from holdfast.orchestration.values.values import Values


async def judged(node: Graph, path: str, values: Values, run: RunState) -> tuple[Event, ...]:
    """Return the verdict on each step of the graph at ``path`` that has ended and has none."""
    found = standing(placed(node, path), run.nodes[path], run)
    expected = {step.do.name: step.expect for step in node.steps if step.expect is not None}
    return tuple([await verdict(step, path, expected[step.name], values) for step in found.to_judge])


async def verdict(step: Placed, graph: str, expect: str, values: Values) -> StepJudged:
    """Return whether ``expect`` holds of ``step``. What cannot be evaluated does not hold."""
    where = step.path.rpartition("/")[2]
    try:
        holds = await values.evaluate(expect, step.path, {RESULT: await values.of(step.path)})
    except ExpressionError as error:
        return StepJudged(node=graph, step=where, fault=Fault(ErrorKind.UNMET, f"{step.name}: {error}"))
    if holds:
        return StepJudged(node=graph, step=where)
    told = f"{step.name}: expected {expect!r} to hold of its result, found that it does not"
    return StepJudged(node=graph, step=where, fault=Fault(ErrorKind.UNMET, told))
