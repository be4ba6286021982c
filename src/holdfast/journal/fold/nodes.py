"""How the nodes of a flow evolve."""

from msgspec.structs import replace

from holdfast.journal.events import BranchTaken, ItemsMapped, NodeEntered, NodeLeft
from holdfast.journal.fold.agent_state import AgentState
from holdfast.journal.fold.allowances import without
from holdfast.journal.fold.graph_state import GraphState
from holdfast.journal.fold.sagas import SAGA_KIND, settled, with_saga
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.fold.variables import merged
from holdfast.kernel import paths
from holdfast.kernel.errors import JournalError

AGENT_KIND = "agent"


def entered(state: RunState, path: str) -> NodeState:
    """Return the node at ``path``. Raises JournalError if no event has entered it."""
    node = state.nodes.get(path)
    if node is None:
        raise JournalError(f"expected node {path!r} to have been entered, found no such event: the journal is damaged")
    return node


def with_node(state: RunState, node: NodeState, version: int) -> RunState:
    """Return the state with ``node`` in the place of what its path held."""
    return replace(state, nodes=state.nodes.insert(node.path, node), version=version)


def node_entered(state: RunState, event: NodeEntered, at: float, version: int) -> RunState:
    agent = AgentState() if event.kind == AGENT_KIND else None
    node = NodeState(
        event.node,
        event.kind,
        at,
        event.input,
        event.deadline,
        event.branches,
        agent=agent,
        wakes_at=event.wakes_at,
        shared=event.shared,
        graph=GraphState(dict(zip(event.branches, event.after, strict=True))) if event.after else None,
    )
    if event.kind == SAGA_KIND:
        state = with_saga(state, event.node)
    return with_node(state, node, version)


def branch_taken(state: RunState, event: BranchTaken, _at: float, version: int) -> RunState:
    node = replace(entered(state, event.node), is_decided=True, decided_at=version, case=event.case)
    return with_node(state, node, version)


def items_mapped(state: RunState, event: ItemsMapped, _at: float, version: int) -> RunState:
    node = replace(entered(state, event.node), is_decided=True, decided_at=version, keys=event.keys, items=event.items)
    return with_node(state, node, version)


def node_left(state: RunState, event: NodeLeft, _at: float, version: int) -> RunState:
    node = replace(
        entered(state, event.node),
        outcome=event.outcome,
        result=event.result,
        fault=event.fault,
        left_at=version,
        retry_at=None,
    )
    if event.node in state.retrying:
        state = replace(state, retrying=tuple(path for path in state.retrying if path != event.node))
    if event.node in state.questions:  # whoever answers now is too late
        state = replace(state, questions=tuple(path for path in state.questions if path != event.node))
    if state.approvals:  # whoever decides now is too late
        state = replace(state, approvals=tuple(path for path in state.approvals if paths.effect(path)[0] != event.node))
    if state.awaited:
        state = replace(state, awaited=without(state, event.node))
    if event.node in state.event_waits:
        state = replace(state, event_waits=tuple(path for path in state.event_waits if path != event.node))
    if state.sagas:
        state = settled(state, node, event)
    if node.staged and event.outcome.is_success:
        state = merged(state, node, version)
    return with_node(state, node, version)
