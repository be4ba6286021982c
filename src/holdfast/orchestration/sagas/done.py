"""What a step of a saga has done, as far as its run knows. Pure."""

import enum
from collections.abc import Iterable, Mapping

from holdfast.execution.agent import Agent
from holdfast.journal.fold.handing import turns
from holdfast.journal.fold.sagas import SAGA_KIND
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.asked import calls_of, node_of
from holdfast.orchestration.flow.leaves import PublishNode
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    ChildNode,
    FunctionNode,
    Handoff,
    Loop,
    Map,
    Node,
    PlanNode,
    SagaStep,
    ScriptNode,
    ToolNode,
    children,
)
from holdfast.orchestration.flow.planned import node_of as step_node
from holdfast.orchestration.flow.planned import plan_of
from holdfast.orchestration.values.looping import last_round

Agents = Mapping[str, Agent]


class Done(enum.Enum):
    """What is to be undone of a step."""

    NOTHING = "nothing"
    UNDOABLE = "undoable"
    """It was done, what it gave is known, and something takes it back."""
    IRREVERSIBLE = "irreversible"
    """It was done, and nothing takes it back."""
    UNCLEAR = "unclear"
    """It did not succeed, and something of it may have been done: there is no result to undo it from."""
    INHERITED = "inherited"
    """It was done by the run that this one is a fork of."""


def done_by(step: SagaStep, path: str, run: RunState, agents: Agents) -> Done:
    """Return what the step at ``path``, of which nothing is in doubt or under way any more, has done."""
    node = run.nodes.get(path)
    if node is None:
        return Done.NOTHING
    if has_succeeded(node, run):
        found = Done.UNDOABLE if step.undo is not None else Done.IRREVERSIBLE
        found = found if step.undo is not None or may_have_acted(step.do, path, run, agents) else Done.NOTHING
    else:
        found = Done.UNCLEAR if may_have_acted(step.do, path, run, agents) else Done.NOTHING
    is_inherited = run.origin is not None and 0 < node.left_at <= run.origin.version
    return Done.INHERITED if is_inherited and found is not Done.NOTHING else found


def has_succeeded(node: NodeState, run: RunState) -> bool:
    """Whether what ``node`` is there for was done, wholly or in part; also where that was known only after its end."""
    if node.outcome is Outcome.SKIPPED:
        return False
    if node.outcome is not None and node.outcome.is_success:
        return True
    late = node.step.outcome if node.child is None else run.children[node.child].outcome
    return late is not None and late.is_success


def may_have_acted(node: Node, path: str, run: RunState, agents: Agents) -> bool:
    """Whether the node at ``path``, or anything below it, may have changed the world, and stands.

    Of an agent only the last calls are known, and of a child run that did not succeed nothing: they may have.
    """
    state = run.nodes.get(path)
    if state is None:
        return False
    inside: Iterable[tuple[Node, str]]
    match node:
        case ToolNode() | FunctionNode():
            step = state.step
            failed_void = step.attempt <= step.attempts_void
            return step.effect.needs_intent and step.outcome is not None and not failed_void
        case AgentNode():
            has_begun = state.agent is not None and state.agent.turn > 0
            return has_begun and any(tool.effect.needs_intent for tool in agents[node.agent].tools)
        case ChildNode():
            return state.child is not None
        case PublishNode():
            return state.outcome is not None and state.outcome.is_success
        case ScriptNode():
            called = (call for call in calls_of(state.script) if call.what)
            inside = [(node_of(call), paths.below(path, call.name)) for call in called]
        case PlanNode():
            inside = [(step_node(step), paths.below(path, place)) for place, step in plan_of(state).known.items()]
        case Map():
            inside = [(node.do, paths.item(path, key)) for key in state.keys]
        case Loop():
            inside = [(node.do, paths.item(path, str(each))) for each in range(1, last_round(run, path)[0] + 1)]
        case Handoff():
            inside = [(_member(node, turn.member), turn.path) for turn in turns(run, state)]
        case _ if state.kind == SAGA_KIND and is_undone(run, path):
            return False
        case _:
            inside = [(child, paths.below(path, child.name)) for child in children(node)]
    return any(may_have_acted(child, where, run, agents) for child, where in inside)


def _member(handoff: Handoff, name: str) -> Node:
    return next(member for member in handoff.members if member.name == name)


def is_undone(run: RunState, path: str) -> bool:
    """Whether all that the saga at ``path`` had done is undone."""
    undo = run.nodes.get(paths.undo(path))
    return undo is not None and undo.outcome is Outcome.SUCCEEDED
