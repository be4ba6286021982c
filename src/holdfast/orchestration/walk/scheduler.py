"""What a run wants under way now: a pure function of the flow and the run's state. Reads no clock and no payload.

The walk goes down from the root through whatever is running; a node that has not been entered is entered, one whose
children settle it is left. Nothing is remembered between calls: a driver that starts anew gets the same answer.
"""

from collections.abc import Iterator, Mapping

from holdfast.execution.actions import Action, Evaluate, Note
from holdfast.execution.agent import Agent
from holdfast.execution.decide import call_action
from holdfast.execution.warnings import warnings_of_run
from holdfast.journal.events import Event, LifecycleMoved
from holdfast.journal.fold.state import RunState
from holdfast.journal.fold.steps import step_at
from holdfast.kernel import paths
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.flow import review as reviews
from holdfast.orchestration.flow.locate import locate
from holdfast.orchestration.flow.nodes import Node, PlanNode, Saga
from holdfast.orchestration.flow.review import Review
from holdfast.orchestration.lifecycle import Status, Trigger, after
from holdfast.orchestration.moves.children import unwanted_children
from holdfast.orchestration.moves.retrying import limited_from
from holdfast.orchestration.sagas.undoing import undoing
from holdfast.orchestration.walk.ending import end
from holdfast.orchestration.walk.reviewing import review_result
from holdfast.orchestration.walk.walking import Walker

TO_EXECUTING = {
    Status.INTAKE: Trigger.RECEIVED,
    Status.VALIDATING: Trigger.VALIDATED,
    Status.PLANNING: Trigger.PLANNED,
}
"""What is recorded on the way to executing: the driver has validated the input, and the plan is the declared flow,
unless a model is to write it."""


def decide(flow: Node, agents: Mapping[str, Agent], run: RunState, review: Review | None = None) -> tuple[Action, ...]:
    """Return everything that should be under way in ``run`` now."""
    wanted = _wanted(flow, agents, run, review)
    if run.sagas and not run.is_over:
        wanted = (*wanted, *_undoing_beside(flow, agents, run, review))
    if run.doubts:
        wanted = (*wanted, *_doubts_beside(wanted, run))
    if not run.is_over and run.cancel_reason is None and (told := warnings_of_run(run, flow.name, limited_from(run))):
        wanted = (*told, *wanted)
    return (*wanted, *unwanted_children(run)) if run.children_open else wanted


def _wanted(flow: Node, agents: Mapping[str, Agent], run: RunState, review: Review | None) -> tuple[Action, ...]:
    if run.is_over:
        return ()
    if run.cancel_reason is not None:
        return tuple(end(run, flow.name, Outcome.CANCELLED, Fault(ErrorKind.CANCELLED, run.cancel_reason)))
    if run.status in TO_EXECUTING and not _is_planned(flow, run.status):
        return (Note(tuple(_to_executing(Status(run.status), flow))),)
    root, walk = run.nodes.get(flow.name), Walker(agents, run)
    if root is None:
        within = run.budget.seconds
        limits = None if within is None else Evaluate(flow.name, deadline=limited_from(run) + within)
        return (walk.enter(flow, flow.name, limits),)
    if root.outcome is None:
        return tuple(walk.entered(flow, root))
    if review is not None and root.outcome.is_success:
        return tuple(review_result(review, run, walk.node))
    return tuple(end(run, flow.name, root.outcome, root.fault))


def _undoing_beside(flow: Node, agents: Mapping[str, Agent], run: RunState, review: Review | None) -> Iterator[Action]:
    """Yield what is wanted for the sagas that the walk does not come by: those that were cut off from outside."""
    for path in run.sagas:
        if run.nodes[path].outcome is None and run.cancel_reason is None:
            continue
        saga = reviews.node_at(review, path, run) or locate(flow, path, run=run)
        assert isinstance(saga, Saga), "what was entered as a saga is one"
        yield from undoing(saga, path, run, agents)


def _doubts_beside(wanted: tuple[Action, ...], run: RunState) -> Iterator[Action]:
    """Yield what is wanted for the doubts that the walk did not come by: those of branches that have ended."""
    keys = {action.key for action in wanted if not isinstance(action, Note)}
    for path in run.doubts:
        name, turn, call = paths.effect(path)
        step = step_at(run, path)
        assert step is not None, "an agent takes no turn while a call of its last one is in doubt"
        action = call_action(name, turn, call, step)
        if not isinstance(action, Note) and action.key not in keys:
            yield action


def _is_planned(flow: Node, status: str) -> bool:
    """Whether a run in ``status`` stays there until its plan is adopted: its whole flow is one that a model writes."""
    return status == Status.PLANNING and isinstance(flow, PlanNode)


def _to_executing(status: Status, flow: Node) -> Iterator[Event]:
    while (trigger := TO_EXECUTING.get(status)) is not None and not _is_planned(flow, status):
        status = after(status, trigger)
        yield LifecycleMoved(to=status)
