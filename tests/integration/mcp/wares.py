"""A shop's server in memory, and its tools as an app has them."""

from collections.abc import Mapping

import msgspec

from holdfast.integration.mcp.definition import Definition
from holdfast.integration.mcp.pins import PinnedTool, ServerPins
from holdfast.integration.mcp.session import Answer
from holdfast.integration.mcp.source import McpServer
from holdfast.integration.tools.contract import Tool
from holdfast.kernel.clock import Clock
from holdfast.kernel.effects import Effect
from holdfast.testing.mcp import ScriptedServer

ORDER = {
    "type": "object",
    "properties": {"order": {"type": "string"}, "tenant": {"type": "string"}, "request_id": {"type": "string"}},
    "required": ["order"],
    "additionalProperties": False,
}
LOOK = Definition(name="look", description="Look at an order.", input_schema=ORDER)
PAY = Definition(name="pay", description="Pay an order.", input_schema=ORDER)
COUNT = Definition(
    name="count",
    description="Count what is there.",
    input_schema={"type": "object", "properties": {}},
    output_schema={"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]},
)


async def shows(arguments: Mapping[str, object]) -> Answer:
    return Answer(f"order {arguments['order']}")


async def counts(arguments: Mapping[str, object]) -> Answer:
    return Answer('{"count": 3}', {"count": 3})


def shop_server() -> ScriptedServer:
    return ScriptedServer((LOOK, PAY, COUNT), {"look": shows, "pay": shows, "count": counts})


def declared(pins: ServerPins, **by_tool: Mapping[str, object]) -> ServerPins:
    """Return ``pins`` with what an operator declares of single tools."""
    return msgspec.structs.replace(pins, tools=tuple(_with(each, by_tool) for each in pins.tools))


def _with(tool: PinnedTool, by_tool: Mapping[str, Mapping[str, object]]) -> PinnedTool:
    return msgspec.structs.replace(tool, **by_tool.get(tool.definition.name, {}))


def source(server: ScriptedServer, clock: Clock | None = None, **by_tool: Mapping[str, object]) -> McpServer:
    pins = declared(server.pins("shop"), **{"look": {"effect": Effect.READ}, **by_tool})
    return McpServer("shop", pins, server.connect, clock)


def tools(server: ScriptedServer, clock: Clock | None = None, **by_tool: Mapping[str, object]) -> tuple[Tool, ...]:
    return source(server, clock, **by_tool).tools()
