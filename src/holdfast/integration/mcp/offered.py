"""A pinned definition as a tool of ours."""

from collections.abc import Awaitable, Callable

from holdfast.integration.mcp.definition import shown_description
from holdfast.integration.mcp.pins import PinnedTool
from holdfast.integration.tools.definition import Source, Tool
from holdfast.integration.tools.foreign import shown_schema
from holdfast.integration.tools.signature import REQUIRED, Parameter, Signature
from holdfast.integration.tools.stated import stated_shape


def tool_of(pinned: PinnedTool, function: Callable[..., Awaitable[object]], source: Source, undo: Tool | None) -> Tool:
    """Return the tool that ``function`` calls. Raises DefinitionError for what contradicts itself."""
    definition = pinned.definition
    parameters = shown_schema(definition.input_schema, pinned.withheld)
    result = None if definition.output_schema is None else shown_schema(definition.output_schema)
    shape = stated_shape(parameters, result, pinned.offered_as)
    properties = parameters.get("properties")
    names = list(properties) if isinstance(properties, dict) else []
    signature = Signature(
        shown_description(definition),
        tuple(Parameter(name, object, REQUIRED, "") for name in names),
        pinned.key or None,
        {},
        str if result is None else object,
    )
    return Tool(
        function,
        pinned.offered_as,
        signature,
        pinned.effect,
        undo,
        timeout_seconds=pinned.timeout_seconds,
        settle_seconds=pinned.settle_seconds,
        stated=shape,
        source=source,
    )
