"""Makes a tool of a worker's function: a failure that it reports is one of the call, to be tried again as any other."""

import functools
from collections.abc import Awaitable, Callable

from holdfast.execution.report import Answer, Failed, Report
from holdfast.integration.tools.contract import Tool, ToolFailure, tool
from holdfast.integration.tools.definition import KEPT
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError


def function_tool(
    function: Callable[..., Awaitable[Report[object]]], worker: str, effect: Effect, timeout_seconds: float
) -> Tool:
    """Return ``function`` as the tool that does the worker's tasks. Raises DefinitionError."""

    @functools.wraps(function)
    async def work(*given: object, **named: object) -> Report[object]:
        match await function(*given, **named):
            case Failed(reason, retryable):
                raise ToolFailure(reason, retryable=retryable)
            case report:
                return report

    return tool(name=worker, effect=effect, timeout_seconds=timeout_seconds)(work)


def parameters(work: Tool, task: object, result: object) -> tuple[str, str]:
    """Return the names of the two things that ``work`` is handed. Raises DefinitionError where it is no worker's."""
    kept = [kind.__name__ for kind in KEPT if kind in work.requires]
    if kept:
        raise DefinitionError(
            f"worker {work.name!r}: expected a function that keeps nothing, for a worker is stateless, "
            f"found one that takes {', '.join(kept)}: let the task hold what it is to know"
        )
    expected = [task, Answer | None]
    found = [each.annotation for each in work.signature.parameters]
    if found != expected:
        raise DefinitionError(
            f"worker {work.name!r}: expected a function of its input and an Answer | None, {expected}, found {found}"
        )
    reports = Report[result]  # type: ignore[valid-type]  # made at run time
    if work.signature.returns != reports:
        raise DefinitionError(
            f"worker {work.name!r}: expected a function that returns {reports}, found {work.signature.returns}"
        )
    first, second = work.signature.parameters
    return first.name, second.name
