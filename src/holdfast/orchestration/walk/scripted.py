"""What a script wants under way: what it waits for, and itself once something of that has ended. Pure."""

from collections.abc import Iterator

from holdfast.execution.actions import Action, Note, RunScript, WakeAt
from holdfast.journal.events import NodeEntered, NodeLeft
from holdfast.journal.events.scripts import CallKind, ScriptCall
from holdfast.journal.fold.script_state import ScriptState
from holdfast.journal.fold.state import NodeState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.asked import node_of
from holdfast.orchestration.flow.nodes import ScriptNode
from holdfast.orchestration.walk.port import Walk


def script(walk: Walk, node: ScriptNode, state: NodeState) -> Iterator[Action]:
    """What the script waits for goes on; so does the script once something of it has ended."""
    script = state.script or ScriptState()
    is_due, running = not script.turns, 0
    for call in script.waits:
        path = paths.below(state.path, call.name)
        child = walk.run.nodes.get(path)
        if child is not None and child.outcome is not None:
            is_due = True
        elif call.kind is CallKind.SLEEP:
            yield _sleep(call, path, child)
        elif running < node.at_once_max:
            running += 1
            yield from walk.node(node_of(call), path)
    if is_due:
        yield RunScript(state.path, len(script.turns) + 1)


def _sleep(call: ScriptCall, path: str, child: NodeState | None) -> Action:
    assert call.value is not None, "a sleep has an end"
    if child is None:
        return Note((NodeEntered(node=path, kind=call.kind),))
    return WakeAt(path, call.value, (NodeLeft(node=path, outcome=Outcome.SUCCEEDED),))
