"""One walk down a flow: what each node that has been entered wants under way, by its kind. Pure."""

from collections.abc import Iterable, Mapping

from holdfast.execution.actions import Action, Evaluate, Note, WaitUntil
from holdfast.execution.agent import Agent
from holdfast.execution.decide import decide_agent, effect_actions
from holdfast.journal.events import NodeLeft
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.leaves import EventNode, PublishNode
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Block,
    Branch,
    ChildNode,
    Composite,
    DecisionNode,
    Fallback,
    FunctionNode,
    Graph,
    Handoff,
    Loop,
    Map,
    Node,
    Parallel,
    PlanNode,
    Saga,
    ScriptNode,
    Sequence,
    ToolNode,
    Vote,
    WaitNode,
    pins,
)
from holdfast.orchestration.moves.children import of_child
from holdfast.orchestration.moves.passing import entering
from holdfast.orchestration.moves.retrying import retried, until_retried
from holdfast.orchestration.moves.sharing import share_given
from holdfast.orchestration.moves.waiting import decision, event, timer
from holdfast.orchestration.walk.composing import block, branch, sequence
from holdfast.orchestration.walk.fanning import mapped, parallel
from holdfast.orchestration.walk.graphing import graph
from holdfast.orchestration.walk.handing import handoff
from holdfast.orchestration.walk.planned import planned
from holdfast.orchestration.walk.repeating import fallback, loop
from holdfast.orchestration.walk.scripted import script
from holdfast.orchestration.walk.undoable import saga
from holdfast.orchestration.walk.voting import vote

Awaiting = WaitNode | DecisionNode | ChildNode | ScriptNode | PlanNode | PublishNode | EventNode


class Walker:
    """One walk over the flow of one run."""

    def __init__(self, agents: Mapping[str, Agent], run: RunState) -> None:
        self.agents, self.run = agents, run

    def node(self, node: Node, path: str, limits: Evaluate | None = None) -> Iterable[Action]:
        """Return what the node at ``path`` wants; ``limits`` are imposed on it from outside."""
        state = self.run.nodes.get(path)
        if state is None:
            return (self.enter(node, path, limits),)
        return self.entered(node, state) if state.outcome is None else ()

    def entered(self, node: Node, state: NodeState) -> Iterable[Action]:
        """Return what the node at ``state`` wants, which was entered and has not ended."""
        wanted = self._inside(node, state) if state.retry_at is None else (until_retried(state, state.retry_at),)
        if state.deadline is None or (isinstance(node, Saga) and paths.undo(state.path) in self.run.nodes):
            return wanted  # undoing takes as long as it takes
        return (WaitUntil(state.path, state.deadline), *wanted)

    def _inside(self, node: Node, state: NodeState) -> Iterable[Action]:
        match node:
            case AgentNode():
                wanted = decide_agent(self.agents[node.agent], state, self.run)
                return wanted if node.retry is None else retried(node.retry, state, wanted)
            case ToolNode() | FunctionNode():
                return retried(node.retry, state, _step(state))
            case _ if isinstance(node, Composite):
                return self._composed(node, state)
            case _:
                return self._awaited(node, state)

    def _composed(self, node: Composite, state: NodeState) -> Iterable[Action]:
        match node:
            case Sequence():
                return sequence(self, node, state)
            case Parallel():
                return parallel(self, node, state)
            case Map():
                return mapped(self, node, state)
            case Branch():
                return branch(self, node, state)
            case Block():
                return block(self, node, state)
            case Loop():
                return loop(self, node, state)
            case Fallback():
                return fallback(self, node, state)
            case Vote():
                return vote(self, node, state)
            case Saga():
                return saga(self, node, state)
            case Graph():
                return graph(self, node, state)
            case Handoff():
                return handoff(self, node, state)

    def _awaited(self, node: Awaiting, state: NodeState) -> Iterable[Action]:
        match node:
            case EventNode():
                return (event(state),)
            case PublishNode():
                raise AssertionError("it is left in the commit that enters it")
            case WaitNode():
                return (timer(state),)
            case DecisionNode():
                return decision(state)
            case ChildNode():
                return (of_child(state, self.run),)
            case ScriptNode():
                return script(self, node, state)
            case PlanNode():
                return planned(self, node, state)

    def enter(self, node: Node, path: str, limits: Evaluate | None) -> Action:
        """Return what enters the node: at once where nothing is to be evaluated and no instant to be reckoned."""
        imposed = limits or Evaluate(path)
        own = self.agents[node.agent].budget.seconds if isinstance(node, AgentNode) else None
        timeouts = (node.timeout_seconds, imposed.timeout_seconds, own)
        seconds = min((limit for limit in timeouts if limit is not None), default=None)
        if (
            isinstance(node, Sequence | Parallel | Block | Saga | Loop | Fallback | Vote | Graph)
            and seconds is None
            and not pins(node)
        ):
            return Note((*share_given(node, path, self.run), entering(node, path, imposed.deadline)))
        return Evaluate(path, seconds, imposed.deadline)


def _step(state: NodeState) -> tuple[Action, ...]:
    step = state.step
    if step.outcome is None:
        return effect_actions(state.path, 0, 0, step)
    outcome = Outcome.FAILED if step.outcome is Outcome.PARTIAL else step.outcome  # nothing builds upon a part
    return (Note((NodeLeft(node=state.path, outcome=outcome, result=step.result, fault=step.fault),)),)
