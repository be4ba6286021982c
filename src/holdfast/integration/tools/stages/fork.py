"""A fork that is not live changes nothing in the world: what would is made up, or refused."""

from holdfast.integration.tools.asking import missing
from holdfast.integration.tools.companion import Companion
from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Invocation, Refused
from holdfast.integration.tools.keys import key_for
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Fault

DO_WITHOUT = "go on without it, and say in your answer what would have been done"


class Fork:
    """From KEYED on, has the tool's simulation called in its place; refuses a tool that has none.

    What is pure or reads passes: it is called as ever. So does everything where the run sends its effects.
    """

    name = "fork"

    def concerns(self, tool: Tool) -> bool:
        return tool.effect.needs_intent

    async def run(self, invocation: Invocation) -> End | None:
        tool = invocation.tool
        if not (invocation.desk.recorder.state.simulates and tool.effect.needs_intent):
            return None
        if tool.simulate is None:
            return Refused(_not_sent(tool))
        invocation.values = _values(invocation, tool.simulate)
        invocation.simulation = tool.simulate
        return None


def _values(invocation: Invocation, simulation: Companion) -> dict[str, object]:
    order, held = invocation.order, invocation.desk.resources
    if (lacking := missing(simulation, held)) is not None:
        raise DefinitionError(
            f"the simulation of tool {invocation.tool.name} needs a {lacking.__name__}, which the run does not hold: "
            "provide it"
        )
    key = key_for(order, invocation.tool.name, invocation.digest).key
    return simulation.values(invocation.values, key, held)


def _not_sent(tool: Tool) -> Fault:
    message = (
        f"{tool.name} was not called and nothing was done: this run only rehearses, and {tool.name} ({tool.effect}) "
        "would act on the world"
    )
    return fault(ErrorKind.NOT_LIVE, message, hint=DO_WITHOUT)
