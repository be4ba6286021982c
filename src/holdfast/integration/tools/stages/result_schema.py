"""Whether the result is what the tool promised."""

from holdfast.integration.tools.attaching import Attaching
from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Failed, Invocation
from holdfast.integration.tools.schema import Problem, Unfit
from holdfast.kernel.effects import Effect
from holdfast.kernel.outcomes import ErrorKind

DONE = "done"
"""What a model is shown where there is nothing to show."""
PROBLEMS_SHOWN_MAX = 3


class ResultSchema:
    """Checks the result against its declared type and writes it out: text as it is, anything else as compact JSON."""

    name = "result_schema"

    async def run(self, invocation: Invocation) -> End | None:
        tool, value = invocation.tool, invocation.value
        if isinstance(value, Attaching):
            invocation.attached = value.attached
            value = value.value
        if type(value) is str and tool.signature.returns is str and not invocation.order.is_node:
            invocation.text = value
            return None
        checked = tool.shape.check_result(value)
        if isinstance(checked, Unfit):
            return unusable(tool, checked, invocation.effect)
        invocation.value = checked
        if isinstance(checked, str) and not invocation.order.is_node:
            invocation.text = str.__str__(checked)
            return None
        written = tool.shape.write_result(checked)
        if isinstance(written, Unfit):
            return unusable(tool, written, invocation.effect)
        if invocation.order.is_node:
            invocation.json = written
        else:
            invocation.text = DONE if tool.signature.returns in (None, type(None)) else written.decode()
        return None


def unusable(tool: Tool, unfit: Unfit, effect: Effect) -> Failed:
    """Return how a call ends whose result is not of the declared type; ``effect`` is what the call may have done."""
    told = "; ".join(_told(problem) for problem in unfit.problems[:PROBLEMS_SHOWN_MAX])
    message = f"{tool.name} returned something else than it declares: {told}"
    if effect in (Effect.PURE, Effect.READ):
        hint = "the tool is at fault, not the arguments: do without it"
    else:
        hint = "the call was carried out, only its result cannot be used: do not make it again"
    return Failed(fault(ErrorKind.BAD_RESULT, message, hint=hint))


def _told(problem: Problem) -> str:
    found = f", found {problem.found}" if problem.found else ""
    return f"{problem.where or 'the result'}: {problem.expected}{found}"
