"""Whether the variables that a call has read or written are still as it saw them."""

from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Failed, Invocation, Unknown
from holdfast.integration.tools.variables import Variables
from holdfast.journal.fold.variables import visible
from holdfast.kernel.outcomes import ErrorKind

CONFLICTS_MAX = 20
"""How often a call is made again because others have written what it saw; each time, one of them got on."""


class Unchanged:
    """Has a call made again whose variables another has written meanwhile: it is pure or reads, so that is harmless.

    From here on nothing waits before the writes are recorded: no other call can come between.
    """

    name = "unchanged"

    def concerns(self, tool: Tool) -> bool:
        return Variables in tool.requires

    async def run(self, invocation: Invocation) -> End | None:
        variables = invocation.variables
        if variables is None or not variables.touched:
            return None
        order = invocation.order
        now = visible(invocation.desk.recorder.state, order.node)
        lost = sorted(name for name in variables.touched if now.get(name) != invocation.seen.get(name))
        if not lost:
            return None
        if order.attempt < CONFLICTS_MAX:
            return Unknown(in_doubt=False)
        message = f"{invocation.tool.name} was called {order.attempt} times, and others always wrote {lost[0]}"
        return Failed(fault(ErrorKind.CONFLICT, message, retryable=True), is_definite=True)
