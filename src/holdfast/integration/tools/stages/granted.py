"""Whether this agent may call it."""

from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Expired, Invocation, Refused
from holdfast.integration.tools.lost import is_open
from holdfast.integration.tools.registry import Registry
from holdfast.integration.tools.stages.known import offered
from holdfast.kernel.outcomes import ErrorKind


class Granted:
    """Refuses every tool that was not granted to whoever calls; what was sent while it was granted is in doubt."""

    name = "granted"

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def run(self, invocation: Invocation) -> End | None:
        order, name = invocation.order, invocation.tool.name
        if name in order.granted:
            return None
        message = f"the tool {name} is not granted here"
        if is_open(invocation):
            return Expired(message)
        hint = offered(self._registry, name, order.granted)
        return Refused(fault(ErrorKind.NOT_GRANTED, message, hint=hint))
