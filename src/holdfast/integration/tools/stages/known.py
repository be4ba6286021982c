"""Whether there is such a tool."""

from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Invocation, Refused
from holdfast.integration.tools.registry import Registry
from holdfast.kernel.outcomes import ErrorKind

NAMES_SHOWN_MAX = 30


class Known:
    """Finds the tool. Refuses what there is not, naming the nearest that there is."""

    name = "known"

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def run(self, invocation: Invocation) -> End | None:
        order = invocation.order
        found = self._registry.get(order.call.tool)
        if found is None:
            hint = offered(self._registry, order.call.tool, order.granted)
            return Refused(fault(ErrorKind.UNKNOWN_TOOL, f"there is no tool {order.call.tool[:100]!r}", hint=hint))
        invocation.tool = found
        return None


def offered(registry: Registry, name: str, granted: frozenset[str]) -> str:
    """Return which granted tools may have been meant by ``name``, and which there are."""
    if not granted:
        return "you have no tools: go on without"
    names = sorted(granted)
    more = f" and {len(names) - NAMES_SHOWN_MAX} more" if len(names) > NAMES_SHOWN_MAX else ""
    listed = f"you may call: {', '.join(names[:NAMES_SHOWN_MAX])}{more}"
    nearest = registry.nearest(name, granted)
    return f"did you mean {' or '.join(nearest)}? {listed}" if nearest else listed
