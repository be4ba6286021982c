"""Whether the arguments fit: from here on the call goes by values, no longer by what the model wrote."""

import msgspec

from holdfast.integration.tools.arguments import (
    ARGUMENTS_CHARACTERS_MAX,
    NODE_ARGUMENTS_CHARACTERS_MAX,
    Malformed,
    canonical_arguments,
)
from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.example import example_of
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Expired, Invocation, Refused
from holdfast.integration.tools.lending import lend
from holdfast.integration.tools.lost import is_open
from holdfast.integration.tools.schema import Problem, Unfit
from holdfast.integration.tools.timing import OF_TIME
from holdfast.kernel.ids import digest
from holdfast.kernel.outcomes import ErrorKind

PROBLEMS_SHOWN_MAX = 5
EXAMPLE_CHARACTERS_MAX = 500


class Arguments:
    """Reads the arguments against the tool's types, and adds the resources it needs of the run.

    Refuses text that is not one JSON object (truncated text never is), and values that do not fit, each by its name.
    """

    name = "arguments"

    def __init__(self, *, lends: bool = True) -> None:
        """``lends``: whether the resources are added."""
        self._lends = lends

    async def run(self, invocation: Invocation) -> End | None:
        tool, order = invocation.tool, invocation.order
        length_max = NODE_ARGUMENTS_CHARACTERS_MAX if order.is_node else ARGUMENTS_CHARACTERS_MAX
        canonical = canonical_arguments(order.call.arguments, length_max)
        if isinstance(canonical, Malformed):
            return _refuse(invocation, f"the arguments must be one JSON object: {canonical.reason}")
        values = tool.shape.read_arguments(canonical)
        if isinstance(values, Unfit):
            return _refuse(invocation, explain(values.problems, tool))
        for parameter, resource in tool.signature.provided.items() if self._lends else ():
            if resource not in OF_TIME:  # that is lent when it is called, not before
                values[parameter] = await lend(invocation, resource)
        invocation.digest, invocation.values, invocation.canonical = digest(canonical), values, canonical
        return None


def explain(problems: tuple[Problem, ...], tool: Tool) -> str:
    """Return what is wrong with the arguments, and what is allowed instead."""
    told = [_told(problem, tool) for problem in problems[:PROBLEMS_SHOWN_MAX]]
    if len(problems) > PROBLEMS_SHOWN_MAX:
        told.append(f"and {len(problems) - PROBLEMS_SHOWN_MAX} more")
    return "; ".join(told)


def _told(problem: Problem, tool: Tool) -> str:
    match problem.kind:
        case "missing" | "missing_keyword_only_argument":
            return f"{problem.where}: is required and missing"
        case "unexpected_keyword_argument" | "extra_forbidden":
            return f"{problem.where}: is no parameter (there are: {', '.join(_parameters(tool)) or 'none'})"
        case _:
            return f"{problem.where}: {problem.expected}, found {problem.found}"


def _refuse(invocation: Invocation, message: str) -> End:
    """Refuse the call; what was sent while the tool took such arguments is in doubt."""
    if is_open(invocation):
        return Expired(message)
    return Refused(fault(ErrorKind.BAD_ARGUMENTS, message, hint=_how_to_call(invocation.tool)))


def _how_to_call(tool: Tool) -> str:
    """Return an example that would be accepted, or the names of the parameters where none can be made up."""
    example = msgspec.json.encode(example_of(tool.parameters))
    if len(example) <= EXAMPLE_CHARACTERS_MAX and not isinstance(tool.shape.read_arguments(example), Unfit):
        return f"correct the arguments and call again, for example {tool.name} with {example.decode()}"
    return f"correct the arguments and call again; {tool.name} takes: {', '.join(_parameters(tool)) or 'nothing'}"


def _parameters(tool: Tool) -> list[str]:
    properties = tool.parameters.get("properties")
    return list(properties) if isinstance(properties, dict) else []
