"""What a trace shows of scripts: their calls are nodes of their own, so nothing beside."""

from holdfast.journal.events import ScriptAdvanced
from holdfast.observability.trace import Trace


def script_advanced(trace: Trace, _event: ScriptAdvanced, _at: float) -> Trace:
    return trace
