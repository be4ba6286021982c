"""Where the steps of a graph stand: which may begin, which is to be judged, which has failed. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from holdfast.journal.fold.graph_state import GraphState, Judged
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import Fault, Outcome
from holdfast.orchestration.flow.nodes import Graph, Node
from holdfast.orchestration.values import joins


class Placed(NamedTuple):
    """A step where it lies."""

    name: str
    path: str
    do: Node
    after: tuple[str, ...] = ()
    is_judged: bool = False
    """Whether something is expected of it."""


class Standing(NamedTuple):
    """What of the steps is to go on, in the order in which they are written."""

    under_way: tuple[Placed, ...] = ()
    """Those that have been entered and have not ended."""
    ready: tuple[Placed, ...] = ()
    """Those that may begin."""
    to_judge: tuple[Placed, ...] = ()
    """Those that have succeeded, if what is expected of them holds."""
    failed: tuple[NodeState, ...] = ()
    faults: tuple[Fault, ...] = ()
    """Why, for each of the failed."""
    is_whole: bool = True
    """Whether none that has succeeded came to a part only."""

    @property
    def is_done(self) -> bool:
        """Whether every step has succeeded."""
        return not (self.under_way or self.ready or self.to_judge or self.failed)


def placed(graph: Graph, path: str) -> list[Placed]:
    """Return the steps of the ``graph`` at ``path`` where they lie."""
    return [
        Placed(step.do.name, paths.below(path, step.do.name), step.do, step.after, step.expect is not None)
        for step in graph.steps
    ]


def standing(steps: Sequence[Placed], graph: NodeState, run: RunState) -> Standing:
    """Return how ``steps`` of ``graph`` stand. What waits for a step that has not succeeded is not told."""
    states = {step.name: run.nodes.get(step.path) for step in steps}
    verdicts = {each.step: each for each in (graph.graph or GraphState()).judged}
    under_way, ready, to_judge, failed, faults = [], [], [], [], []
    done: set[str] = set()
    is_whole = True
    for step in steps:
        state = states[step.name]
        if state is None:
            continue
        if state.outcome is None:
            under_way.append(step)
        elif not state.outcome.is_success:
            failed.append(state)
            faults.append(joins.because(state))
        elif step.is_judged and (verdict := valid(verdicts, state)) is None:
            to_judge.append(step)
        elif step.is_judged and verdict is not None and verdict.fault is not None:
            failed.append(state)
            faults.append(verdict.fault)
        else:
            done.add(step.name)
            is_whole = is_whole and state.outcome is not Outcome.PARTIAL
    ready = [step for step in steps if states[step.name] is None and done.issuperset(step.after)]
    return Standing(tuple(under_way), tuple(ready), tuple(to_judge), tuple(failed), tuple(faults), is_whole)


def valid(verdicts: Mapping[str, Judged], step: NodeState) -> Judged | None:
    """Return the verdict on ``step`` as it ended last."""
    verdict = verdicts.get(step.path.rpartition("/")[2])
    return verdict if verdict is not None and verdict.at > step.left_at else None


def first_fault(found: Standing) -> Fault:
    """Return why the first of the steps that failed did."""
    return min(zip(found.failed, found.faults, strict=True), key=lambda each: each[0].left_at)[1]


def unmet(graph: NodeState, run: RunState) -> list[str]:
    """Return the paths of the steps that succeeded, but did not come to what was expected of them."""
    found = () if graph.graph is None else graph.graph.judged
    failed = {each.step: each for each in found if each.fault is not None}
    steps = (run.nodes.get(paths.below(graph.path, name)) for name in failed)
    return [step.path for step in steps if step is not None and valid(failed, step) is not None]
