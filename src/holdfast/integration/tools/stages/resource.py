"""Calls that would get into each other's way are made one after the other, none upon what was left in part."""

from holdfast.integration.tools.caught import Raised, caught
from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Invocation
from holdfast.integration.tools.lost import held_back, not_sent
from holdfast.integration.tools.occupancy import Occupancy
from holdfast.integration.tools.parts import in_the_way
from holdfast.kernel.clock import Clock
from holdfast.kernel.outcomes import ErrorKind
from holdfast.kernel.patience import Patience

WAIT_SECONDS_MAX = 120.0
LATER_SECONDS = 5.0


class Resource:
    """Waits until nobody acts on the resources of the call: what only looks shares them, what changes them is alone.

    The wait counts against nothing but the node's own deadline, and ends by itself in ``WAIT_SECONDS_MAX``. It holds
    over all runs of the process; that calls of one turn keep their order is decided before they get here.
    """

    name = "resource"

    def __init__(self, clock: Clock, occupancy: Occupancy) -> None:
        self._clock, self._occupancy = clock, occupancy

    def concerns(self, tool: Tool) -> bool:
        return tool.resource is not None

    async def run(self, invocation: Invocation) -> End | None:
        tool = invocation.tool
        if invocation.simulation is not None or tool.resource is None:
            return None
        keys = caught(tool.resource.keys, invocation.values)
        if isinstance(keys, Raised):
            return self._broken(invocation, keys.error)
        invocation.keys = keys
        if (end := self._in_part(invocation)) is not None:
            return end
        if (end := await self._entered(invocation)) is not None:
            return end
        return self._in_part(invocation)  # who went before may have come only half the way

    async def _entered(self, invocation: Invocation) -> End | None:
        occupancy, wanted = self._occupancy, frozenset((invocation.order.tenant, key) for key in invocation.keys)
        since = self._clock.now()
        if occupancy.is_full(wanted):
            return self._busy(invocation, "too many calls wait for it")
        entering = occupancy.enter(wanted, is_shared=not invocation.effect.needs_intent)
        try:
            seat = await Patience(self._clock, WAIT_SECONDS_MAX).wait_for(entering)
        except TimeoutError:
            return self._busy(invocation, f"it did not come free in {WAIT_SECONDS_MAX:g} seconds")
        invocation.afterwards(lambda _: occupancy.leave(seat))
        invocation.waited_seconds += max(0.0, self._clock.now() - since)
        return None

    def _in_part(self, invocation: Invocation) -> End | None:
        part = in_the_way(invocation)
        if part is None:
            return None
        name, undo = invocation.tool.name, f", or undo it by {part.left.undo}" if part.left.undo else ""
        message = f"{name} was not called: {part.reason}"
        hint = f"call {part.tool} again for the same{undo}; or leave it, and say in your answer what is missing"
        said = fault(ErrorKind.PARTIAL_RESULT, message, hint=hint)
        return held_back(invocation, said, self._clock.now() + LATER_SECONDS)

    def _busy(self, invocation: Invocation, why: str) -> End:
        message = f"{invocation.tool.name} was not called: what it acts on is in use, and {why}"
        return not_sent(invocation, fault(ErrorKind.CONFLICT, message, retryable=True, hint="call it again later"))

    def _broken(self, invocation: Invocation, error: Exception) -> End:
        told = f"{type(error).__name__}: {error}"
        message = f"{invocation.tool.name} was not called: what it acts on could not be told: {told}"
        hint = "the tool is at fault, not the arguments: do without it"
        said = fault(ErrorKind.CHECK_FAILED, message, hint=hint)
        return held_back(invocation, said, self._clock.now() + LATER_SECONDS)
