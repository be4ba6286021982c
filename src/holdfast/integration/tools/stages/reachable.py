"""Whether a tool that others define is there, and still what it was approved as."""

from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.invocation import End, Invocation, Refused


class Reachable:
    """Refuses a tool whose source cannot be reached, or has changed it. One that is made up is not asked for.

    A call that was sent before passes: of that attempt nothing is known by what holds now, and the call itself finds
    out the same.
    """

    name = "reachable"

    def concerns(self, tool: Tool) -> bool:
        return tool.source is not None

    async def run(self, invocation: Invocation) -> End | None:
        source = invocation.tool.source
        if source is None or invocation.simulation is not None or not invocation.order.is_first:
            return None
        refusal = await source.refusal(invocation.tool)
        return None if refusal is None else Refused(refusal)
