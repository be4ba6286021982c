"""What a trace shows of waits for an allowance: the run is parked for them, so nothing beside."""

from holdfast.journal.events import AllowanceAwaited, AllowanceRenewed
from holdfast.observability.trace import Trace


def allowance_awaited(trace: Trace, _event: AllowanceAwaited, _at: float) -> Trace:
    return trace


def allowance_renewed(trace: Trace, _event: AllowanceRenewed, _at: float) -> Trace:
    return trace
