"""Whether a write has done all that it was to do: it is read back."""

from holdfast.integration.tools.asking import Asking, missing
from holdfast.integration.tools.caught import Raised
from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Failed, Invocation
from holdfast.integration.tools.lost import unknown
from holdfast.integration.tools.postcondition import RESULT, Complete, Missing, Partial
from holdfast.integration.tools.threads import Threads
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Fault


class Postcondition:
    """Asks the tool's read-back. A part is no success; that nothing is found is no proof that nothing was done.

    A read-back that breaks, or answers in some other way, leaves the outcome unknown: nobody has seen what was written.
    """

    name = "postcondition"

    def __init__(self, clock: Clock, threads: Threads) -> None:
        self._asking = Asking(clock, threads)

    def concerns(self, tool: Tool) -> bool:
        return tool.postcondition is not None

    async def run(self, invocation: Invocation) -> End | None:
        tool, held = invocation.tool, invocation.desk.resources
        asked = tool.postcondition
        if invocation.simulation is not None or asked is None:
            return None
        if (lacking := missing(asked, held)) is not None:
            raise DefinitionError(
                f"the postcondition of tool {tool.name} needs a {lacking.__name__}, which the run does not "
                "hold: provide it"
            )
        arguments = {RESULT: invocation.value, **invocation.values}  # an argument of that name is what is asked for
        answer = await self._asking.ask(asked, asked.values(arguments, invocation.key, held), tool.timeout_seconds)
        match answer:
            case Complete():
                return None
            case Partial(reason):
                invocation.left_in_part = _partly(tool, reason)
                return None
            case Missing(reason):
                message = f"{tool.name} answered, and nothing of what it was to do is there: {reason}"
                hint = "it may still come: look again before you make the same call once more"
                return Failed(fault(ErrorKind.POSTCONDITION, message, hint=hint))
            case Raised(error):
                told = f"{type(error).__name__}: {error}"
                return unknown(invocation, f"{tool.name} answered, but it could not be read back: {told}")
            case other:
                told = f"expected Complete, Partial or Missing, found {type(other).__name__}"
                return unknown(invocation, f"{tool.name} answered, but it could not be read back: {told}")


def _partly(tool: Tool, reason: str) -> Fault:
    undoing = f", undo it by {tool.undo.name}" if tool.undo is not None else ""
    message = f"{tool.name} has done only a part of what it was to do: {reason}"
    hint = f"it is not done: complete it by calling {tool.name} again{undoing}, or say in your answer what is missing"
    return fault(ErrorKind.PARTIAL_RESULT, message, hint=hint)
