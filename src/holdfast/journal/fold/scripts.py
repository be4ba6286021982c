"""How scripts evolve."""

from msgspec.structs import replace

from holdfast.journal.events import ScriptAdvanced
from holdfast.journal.fold.nodes import entered, with_node
from holdfast.journal.fold.script_state import ScriptState, ScriptTurn
from holdfast.journal.fold.state import RunState


def script_advanced(state: RunState, event: ScriptAdvanced, _at: float, version: int) -> RunState:
    node = entered(state, event.node)
    before = node.script or ScriptState()
    waits = tuple(call for call in before.waits if call.name not in event.told)
    script = ScriptState(
        turns=(*before.turns, ScriptTurn(event.told, event.calls)),
        waits=(*waits, *(call for call in event.calls if call.has_node)),
    )
    return with_node(state, replace(node, script=script), version)
