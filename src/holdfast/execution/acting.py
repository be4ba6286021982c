"""What the calls of a reply act on, as their tools declare it: noted with the reply, once."""

from collections.abc import Mapping

from msgspec.structs import replace

from holdfast.integration.tools.arguments import ARGUMENTS_CHARACTERS_MAX, Malformed, canonical_arguments
from holdfast.integration.tools.caught import Raised, caught
from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.resource import journalled
from holdfast.integration.tools.schema import Unfit
from holdfast.journal.events.turns import CallRequest
from holdfast.kernel.messages import Message, ToolCall


def acting_on(requests: tuple[CallRequest, ...], reply: Message, tools: Mapping[str, Tool]) -> tuple[CallRequest, ...]:
    """Return the requests of ``reply`` with what each acts on; ``tools`` are those that declare it.

    Nothing is noted of arguments that cannot be used: that call is refused, and nobody has to wait for it.
    """
    if not (tools and requests):
        return requests
    return tuple(
        request if (tool := tools.get(request.tool)) is None else _noted(request, call, tool)
        for request, call in zip(requests, reply.calls, strict=True)
    )


def _noted(request: CallRequest, call: ToolCall, tool: Tool) -> CallRequest:
    assert tool.resource is not None, "only tools that declare a resource are asked for it"
    canonical = canonical_arguments(call.arguments, ARGUMENTS_CHARACTERS_MAX)
    values = canonical if isinstance(canonical, Malformed) else tool.shape.read_arguments(canonical)
    if isinstance(values, Malformed | Unfit):
        return request
    keys = caught(tool.resource.keys, values)
    if isinstance(keys, Raised):
        return request
    return replace(request, acts_on=journalled(keys), only_looks=not tool.effect.needs_intent)
