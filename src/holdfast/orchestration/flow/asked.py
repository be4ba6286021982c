"""What a script has asked for, as nodes of the flow: they are not declared, they are on record. Pure."""

from holdfast.journal.events.scripts import CallKind, ScriptCall
from holdfast.journal.fold.script_state import ScriptState
from holdfast.journal.fold.state import RunState
from holdfast.kernel import paths
from holdfast.orchestration.flow.nodes import AgentNode, FunctionNode, ToolNode


def calls_of(script: ScriptState | None) -> tuple[ScriptCall, ...]:
    """Return all that a script has asked for, in the order in which it did."""
    return () if script is None else tuple(call for turn in script.turns for call in turn.calls)


def call_at(run: RunState, path: str) -> ScriptCall | None:
    """Return what a script asked for with the node at ``path``; None if no script did."""
    parent = paths.parent(path)
    around = None if parent is None else run.nodes.get(parent)
    if around is None or around.script is None:
        return None
    asked = {paths.below(around.path, call.name): call for call in around.script.waits}
    if path not in asked:
        asked = {paths.below(around.path, call.name): call for call in calls_of(around.script)}
    return asked.get(path)


def node_of(call: ScriptCall) -> AgentNode | FunctionNode | ToolNode:
    """Return the node that does what ``call`` asks for."""
    match call.kind:
        case CallKind.AGENT:
            return AgentNode(call.name, call.what)
        case CallKind.TOOL:
            return ToolNode(call.name, call.what)
        case CallKind.FUNCTION:
            return FunctionNode(call.name, call.what)
        case other:
            raise AssertionError(f"a {other} is done by nobody")
