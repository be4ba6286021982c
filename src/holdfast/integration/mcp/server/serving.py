"""Offers, served: over this process's own pipes, or over HTTP to this machine alone."""

import socket
from collections.abc import Mapping, Sequence
from typing import Any

import anyio
import mcp_types as types
import uvicorn
from mcp import MCPError
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from holdfast.integration.mcp.server.offer import Begun, Offer
from holdfast.integration.mcp.session import Answer
from holdfast.version import VERSION

LOOPBACK = "127.0.0.1"
PATH = "/mcp"
WITHDRAW_SECONDS_MAX = 10.0

Context = ServerRequestContext[Any, Any]  # Any: nothing is kept for the server's lifetime


def sdk_server(name: str, offers: Sequence[Offer]) -> Server[Any]:
    """Return a server of these offers. A call that its client withdraws, or no longer waits for, is withdrawn."""
    by_name = {offer.name: offer for offer in offers}

    async def list_tools(context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_tool(offer) for offer in offers])

    async def call_tool(context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        offer = by_name.get(params.name)
        if offer is None:
            raise MCPError(types.INVALID_PARAMS, f"there is no tool {params.name!r}: there is {', '.join(by_name)}")
        begun = await offer.begin(params.arguments or {})
        return _result(begun if isinstance(begun, Answer) else await _accompanied(begun, context))

    return Server(name, version=VERSION, on_list_tools=list_tools, on_call_tool=call_tool)


async def serve_stdio(server: Server[Any]) -> None:
    """Serve whoever started this process, until its pipe is closed."""
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def listening(port: int) -> socket.socket:
    """Return a socket that only this machine reaches; port 0 is any that is free. Raises OSError."""
    return socket.create_server((LOOPBACK, port))


async def serve_http(server: Server[Any], listens: socket.socket) -> None:
    """Serve whoever connects, until this process is told to end. Requests that name another host are refused."""
    app = server.streamable_http_app(streamable_http_path=PATH, host=LOOPBACK)
    await uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on")).serve([listens])


async def _accompanied(begun: Begun, context: Context) -> Answer:
    async def report(done: float, what: str) -> None:
        await context.session.report_progress(done, None, what)

    try:
        return await begun.finish(report)
    except anyio.get_cancelled_exc_class():
        with anyio.move_on_after(WITHDRAW_SECONDS_MAX, shield=True):
            await begun.withdraw()
        raise


def _tool(offer: Offer) -> types.Tool:
    hints = types.ToolAnnotations(read_only_hint=offer.is_read_only)
    return types.Tool(name=offer.name, description=offer.description, input_schema=offer.parameters, annotations=hints)


def _result(answer: Answer) -> types.CallToolResult:
    content: list[types.ContentBlock] = [types.TextContent(text=answer.text)]
    structured: Mapping[str, object] | None = answer.structured if isinstance(answer.structured, dict) else None
    return types.CallToolResult(content=content, structured_content=structured, is_error=answer.is_error)
