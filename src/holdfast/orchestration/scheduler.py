"""What a run wants under way now: a pure function of the flow and the run's state. Reads no clock and no payload.

The walk goes down from the root through whatever is running; a node that has not been entered is entered, one whose
children settle it is left. Nothing is remembered between calls: a driver that starts anew gets the same answer.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from holdfast.execution.actions import Action, Evaluate, Note, RunScript, WaitUntil, WakeAt
from holdfast.execution.agent import Agent
from holdfast.execution.decide import call_action, decide_agent, effect_actions
from holdfast.execution.warnings import warnings_of_run
from holdfast.journal.events import Event, LifecycleMoved, NodeEntered, NodeLeft
from holdfast.journal.events.scripts import CallKind, ScriptCall
from holdfast.journal.fold.state import NodeState, RunState, ScriptState
from holdfast.journal.fold.steps import step_at
from holdfast.journal.fold.variables import overtaken
from holdfast.kernel import paths
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration import joins, ladder, looping, votes
from holdfast.orchestration import review as reviews
from holdfast.orchestration.asked import node_of
from holdfast.orchestration.children import of_child, unwanted_children
from holdfast.orchestration.ending import end
from holdfast.orchestration.flow import (
    AgentNode,
    Block,
    Branch,
    ChildNode,
    DecisionNode,
    Fallback,
    FunctionNode,
    Loop,
    Map,
    Node,
    Parallel,
    Saga,
    ScriptNode,
    Sequence,
    ToolNode,
    Vote,
    VoteBy,
    WaitNode,
    children,
    pins,
)
from holdfast.orchestration.lifecycle import Status, Trigger, after
from holdfast.orchestration.locate import locate
from holdfast.orchestration.passing import entering, leaving
from holdfast.orchestration.retrying import limited_from, retried, until_retried
from holdfast.orchestration.review import Review
from holdfast.orchestration.reviewing import review_result
from holdfast.orchestration.sagas.undoing import undoing
from holdfast.orchestration.waiting import decision, timer

MAPS_REMEMBERED_MAX = 64
"""Of how many maps the paths of the items are kept, for they are asked for at every event."""

TO_EXECUTING = {
    Status.INTAKE: Trigger.RECEIVED,
    Status.VALIDATING: Trigger.VALIDATED,
    Status.PLANNING: Trigger.PLANNED,
}
"""What is recorded on the way to executing: the driver has validated the input, and the plan is the declared flow."""


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
    if run.status in TO_EXECUTING:
        return (Note(tuple(_to_executing(Status(run.status)))),)
    root, walk = run.nodes.get(flow.name), _Walk(agents, run)
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


class _Walk:
    """One walk over the flow of one run."""

    def __init__(self, agents: Mapping[str, Agent], run: RunState) -> None:
        self._agents, self._run = agents, run

    def node(self, node: Node, path: str, limits: Evaluate | None = None) -> Iterable[Action]:
        """Return what the node at ``path`` wants; ``limits`` are imposed on it from outside."""
        state = self._run.nodes.get(path)
        if state is None:
            return (self.enter(node, path, limits),)
        return self.entered(node, state) if state.outcome is None else ()

    def entered(self, node: Node, state: NodeState) -> Iterable[Action]:
        """Return what the node at ``state`` wants, which was entered and has not ended."""
        wanted = self._inside(node, state) if state.retry_at is None else (until_retried(state, state.retry_at),)
        if state.deadline is None or (isinstance(node, Saga) and paths.undo(state.path) in self._run.nodes):
            return wanted  # undoing takes as long as it takes
        return (WaitUntil(state.path, state.deadline), *wanted)

    def _inside(self, node: Node, state: NodeState) -> Iterable[Action]:
        match node:
            case AgentNode():
                wanted = decide_agent(self._agents[node.agent], state, self._run)
                return wanted if node.retry is None else retried(node.retry, state, wanted)
            case ToolNode() | FunctionNode():
                return retried(node.retry, state, self._step(state))
            case Sequence():
                return self._sequence(node, state)
            case Parallel():
                bodies = [(branch, paths.below(state.path, branch.name)) for branch in node.branches]
                return self._fan_out(node, state, bodies, node.branch_timeout_seconds)
            case Map():
                bodies = [(node.do, item) for item in _item_paths(state.path, state.keys)]
                return self._fan_out(node, state, bodies, node.item_timeout_seconds)
            case Branch():
                return self._branch(node, state)
            case Block():
                return self._block(node, state)
            case Loop():
                return self._loop(node, state)
            case Fallback():
                return self._fallback(node, state)
            case Vote():
                return self._vote(node, state)
            case Saga():
                return self._saga(node, state)
            case _:
                return self._awaited(node, state)

    def _awaited(self, node: WaitNode | DecisionNode | ChildNode | ScriptNode, state: NodeState) -> Iterable[Action]:
        match node:
            case WaitNode():
                return (timer(state),)
            case DecisionNode():
                return decision(state)
            case ChildNode():
                return (of_child(state, self._run),)
            case ScriptNode():
                return self._script(node, state)

    def enter(self, node: Node, path: str, limits: Evaluate | None) -> Action:
        """Return what enters the node: at once where nothing is to be evaluated and no instant to be reckoned."""
        imposed = limits or Evaluate(path)
        own = self._agents[node.agent].budget.seconds if isinstance(node, AgentNode) else None
        timeouts = (node.timeout_seconds, imposed.timeout_seconds, own)
        seconds = min((limit for limit in timeouts if limit is not None), default=None)
        if (
            isinstance(node, Sequence | Parallel | Block | Saga | Loop | Fallback | Vote)
            and seconds is None
            and not pins(node)
        ):
            return Note((entering(node, path, imposed.deadline),))
        return Evaluate(path, seconds, imposed.deadline)

    def _step(self, state: NodeState) -> tuple[Action, ...]:
        step = state.step
        if step.outcome is None:
            return effect_actions(state.path, 0, 0, step)
        outcome = Outcome.FAILED if step.outcome is Outcome.PARTIAL else step.outcome  # nothing builds upon a part
        return (Note((NodeLeft(node=state.path, outcome=outcome, result=step.result, fault=step.fault),)),)

    def _script(self, node: ScriptNode, state: NodeState) -> Iterator[Action]:
        """What the script waits for goes on; so does the script once something of it has ended."""
        script = state.script or ScriptState()
        is_due, running = not script.turns, 0
        for call in script.waits:
            path = paths.below(state.path, call.name)
            child = self._run.nodes.get(path)
            if child is not None and child.outcome is not None:
                is_due = True
            elif call.kind is CallKind.SLEEP:
                yield _sleep(call, path, child)
            elif running < node.at_once_max:
                running += 1
                yield from self.node(node_of(call), path)
        if is_due:
            yield RunScript(state.path, len(script.turns) + 1)

    def _sequence(self, node: Sequence, state: NodeState) -> Iterable[Action]:
        is_partial = False
        for step in node.steps:
            path = paths.below(state.path, step.name)
            child = self._run.nodes.get(path)
            if child is None or child.outcome is None:
                return self.node(step, path)
            if not child.outcome.is_success:
                return (self._leave(state, Outcome.FAILED, joins.because(child)),)
            is_partial = is_partial or child.outcome is Outcome.PARTIAL
        return (self._leave(state, Outcome.PARTIAL if is_partial else Outcome.SUCCEEDED),)

    def _fan_out(
        self, node: Parallel | Map, state: NodeState, bodies: list[tuple[Node, str]], timeout_seconds: float | None
    ) -> Iterator[Action]:
        states = [self._run.nodes.get(path) for _, path in bodies]
        verdict = joins.settle(node.join, node.quorum, states)
        if verdict is not None:
            yield self._leave(state, verdict.outcome, verdict.fault)
            return
        running = 0
        for (body, path), child in zip(bodies, states, strict=True):
            if child is not None and child.outcome is not None:
                continue
            running += 1
            if running > node.at_once_max:
                return
            yield from self.node(body, path, Evaluate(path, timeout_seconds))

    def _branch(self, node: Branch, state: NodeState) -> Iterable[Action]:
        taken = next((child for child in children(node) if child.name == state.case), None)
        if taken is None:
            return (self._leave(state, Outcome.SKIPPED),)
        path = paths.below(state.path, taken.name)
        child = self._run.nodes.get(path)
        if child is None or child.outcome is None:
            return self.node(taken, path)
        return (self._leave(state, child.outcome, None if child.outcome.is_success else joins.because(child)),)

    def _loop(self, node: Loop, state: NodeState) -> Iterable[Action]:
        number, last = looping.last_round(self._run, state.path)
        if last is None or looping.goes_on(state, number, last):
            if number == node.rounds_max:
                return (self._leave(state, *looping.exhausted(node)),)
            path = paths.item(state.path, str(number + 1))
            return self.node(node.do, path, Evaluate(path, node.round_timeout_seconds))
        if last.outcome is None:
            return self.node(node.do, last.path, Evaluate(last.path, node.round_timeout_seconds))
        if not last.outcome.is_success:
            return (self._leave(state, last.outcome, joins.because(last)),)
        return (Evaluate(state.path),)

    def _fallback(self, node: Fallback, state: NodeState) -> Iterable[Action]:
        ended: list[NodeState] = []
        for rung in node.rungs:
            path = paths.below(state.path, rung.name)
            child = self._run.nodes.get(path)
            if child is None or child.outcome is None:
                return self.node(rung, path)
            if ladder.has_answered(child):
                return (self._leave(state, *ladder.answered(node, child, ended)),)
            ended.append(child)
            if not ladder.steps_down(node, child, self._run):
                break
        return (self._leave(state, *ladder.unanswered(ended)),)

    def _vote(self, node: Vote, state: NodeState) -> Iterable[Action]:
        bodies = [(voter, paths.below(state.path, voter.name)) for voter in node.voters]
        found = [self._run.nodes.get(path) for _, path in bodies]
        voters = [voter for voter in found if voter is not None and voter.outcome is not None]
        if len(voters) < len(bodies):
            begun = zip(bodies, found, strict=True)
            waited = [body for body, voter in begun if voter is None or voter.outcome is None]
            limit = node.voter_timeout_seconds
            return [
                action
                for voter, path in waited[: node.at_once_max]
                for action in self.node(voter, path, Evaluate(path, limit))
            ]
        if node.by is not VoteBy.JUDGE and not votes.is_counted(state, voters):
            return (Evaluate(state.path),)
        if node.by is not VoteBy.JUDGE and votes.is_enough(node, len(votes.agreed(state))):
            return (self._leave(state, votes.elected(self._run, state)),)
        if node.judge is None or not votes.answers(voters):
            return (self._leave(state, *votes.undecided(node, state, voters)),)
        path = paths.below(state.path, node.judge.name)
        judge = self._run.nodes.get(path)
        if judge is None or judge.outcome is None:
            return self.node(node.judge, path)
        return (self._leave(state, *votes.judged(judge)),)

    def _block(self, node: Block, state: NodeState) -> Iterable[Action]:
        path = paths.below(state.path, node.do.name)
        child = self._run.nodes.get(path)
        if child is None or child.outcome is None:
            return self.node(node.do, path)
        if not child.outcome.is_success:
            return (self._leave(state, child.outcome, joins.because(child)),)
        if lost := overtaken(self._run, state):
            message = f"expected to be alone in writing {', '.join(lost)}, found them written outside of it meanwhile"
            return (self._leave(state, Outcome.FAILED, Fault(ErrorKind.CONFLICT, message)),)
        return (self._leave(state, child.outcome),)

    def _saga(self, node: Saga, state: NodeState) -> Iterator[Action]:
        """What is not done as a whole is undone; so is what was begun when the saga's time was up."""
        is_undoing = paths.undo(state.path) in self._run.nodes
        for step in () if is_undoing else node.steps:
            path = paths.below(state.path, step.do.name)
            child = self._run.nodes.get(path)
            if child is None or child.outcome is None:
                yield from self.node(step.do, path)
                return
            if child.outcome not in (Outcome.SUCCEEDED, Outcome.SKIPPED):
                is_undoing = True
                break
        if is_undoing:
            yield from undoing(node, state.path, self._run, self._agents)
        else:
            yield self._leave(state, Outcome.SUCCEEDED)

    def _leave(self, state: NodeState, outcome: Outcome, fault: Fault | None = None) -> Action:
        return Note(leaving(self._run, state.path, outcome, fault))


def _sleep(call: ScriptCall, path: str, child: NodeState | None) -> Action:
    assert call.value is not None, "a sleep has an end"
    if child is None:
        return Note((NodeEntered(node=path, kind=call.kind),))
    return WakeAt(path, call.value, (NodeLeft(node=path, outcome=Outcome.SUCCEEDED),))


@lru_cache(maxsize=MAPS_REMEMBERED_MAX)
def _item_paths(path: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(paths.item(path, key) for key in keys)


def _to_executing(status: Status) -> Iterator[Event]:
    while (trigger := TO_EXECUTING.get(status)) is not None:
        status = after(status, trigger)
        yield LifecycleMoved(to=status)
