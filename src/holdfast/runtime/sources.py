"""The servers that tools come from: reached through the adapters named here, and let go of when the runtime ends."""

from collections.abc import Iterator

from holdfast.integration.http.service import Service
from holdfast.integration.tools.definition import Source, Tool
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.application.app import App


class Sources:
    """The sources of all apps that have run here."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._met: dict[int, Source] = {}

    def meet(self, app: App) -> None:
        """Have the sources of its tools reach their servers; nothing is opened yet."""
        for tool in _tools(app):
            if tool.source is not None and id(tool.source) not in self._met:
                self._met[id(tool.source)] = tool.source
                self._connect(tool.source)

    async def close(self) -> None:
        """Let go of every server."""
        for source in self._met.values():
            await source.close()

    def _connect(self, source: Source) -> None:
        if isinstance(source, Service):
            _carry(source)
            return
        from holdfast.integration.mcp.source import McpServer

        if not isinstance(source, McpServer) or source.is_reachable:
            return
        try:
            from holdfast.integration.mcp.client.connecting import connect
        except ImportError as error:
            raise DefinitionError(
                f"MCP server {source.name!r} needs a package that is not installed ({error}): "
                "pip install 'holdfast[mcp]'"
            ) from error
        source.use(connect, self._clock)


def _carry(source: Service) -> None:
    if source.is_reachable:
        return
    try:
        from holdfast.integration.http.client import HttpClient
    except ImportError as error:
        raise DefinitionError(
            f"API {source.name!r} needs a package that is not installed ({error}): pip install 'holdfast[api]'"
        ) from error
    source.use(HttpClient)


def _tools(app: App) -> Iterator[Tool]:
    for agent in app.agents:
        yield from agent.tools
    yield from app.tools
    yield from app.functions
