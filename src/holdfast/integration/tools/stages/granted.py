"""Whether this agent may call it."""

from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Invocation, Refused
from holdfast.integration.tools.registry import Registry
from holdfast.integration.tools.stages.known import offered
from holdfast.kernel.outcomes import ErrorKind


class Granted:
    """Refuses every tool that was not granted to whoever calls."""

    name = "granted"

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def run(self, invocation: Invocation) -> End | None:
        order, name = invocation.order, invocation.tool.name
        if name in order.granted:
            return None
        hint = offered(self._registry, name, order.granted)
        return Refused(fault(ErrorKind.NOT_GRANTED, f"the tool {name} is not granted here", hint=hint))
