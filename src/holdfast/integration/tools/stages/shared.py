"""Whether what a call has written for others is its to write, and based on what they have not overwritten since."""

from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.invocation import End, Failed, Invocation, Refused
from holdfast.integration.tools.shared import Shared


class SharedWrites:
    """Lets pass what is based on the present versions, and refuses what is not, with both values.

    From here on nothing waits before the writes are recorded: nobody else can write in between.
    """

    name = "shared"

    def concerns(self, tool: Tool) -> bool:
        return Shared in tool.requires

    async def run(self, invocation: Invocation) -> End | None:
        shared, sharing, order = invocation.shared, invocation.desk.sharing, invocation.order
        if shared is None or not shared.written or sharing is None:
            return None
        if (forbidden := sharing.forbids(shared, order.agent or order.call.tool)) is not None:
            return Refused(forbidden)
        if invocation.desk.recorder.state.simulates:
            shared.written.clear()  # a fork that sends nothing shares nothing
            return None
        if (conflict := await sharing.reserve(shared)) is not None:
            shared.written.clear()
            return Failed(conflict, is_definite=True)
        return None
