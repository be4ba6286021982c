"""How an app names a server that it takes tools of: by its name in a pin file, without reaching it."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from holdfast.integration.mcp.pins import PIN_FILE, check_reach, read_pins
from holdfast.integration.mcp.session import Connect
from holdfast.integration.mcp.source import McpServer
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import DefinitionError


def mcp_server(
    name: str,
    *,
    pins: str | Path = PIN_FILE,
    command: Sequence[str] = (),
    url: str = "",
    environment: Mapping[str, str] | None = None,
    connect: Connect | None = None,
    clock: Clock | None = None,
) -> McpServer:
    """Return the server of this name in the pin file, whose approved ``tools()`` go to agents like any other.

    A relative path is relative to the file that declares it. ``command`` or ``url`` replace how the file reaches it,
    ``environment`` is added to what the file gives it; what it may offer stays what was approved. Nothing is started
    before a tool is called. Raises DefinitionError.
    """
    folder = Path(sys._getframe(1).f_globals.get("__file__", "")).parent  # noqa: SLF001  # the caller
    path = folder / pins
    found = read_pins(path).servers
    if name not in found:
        raise DefinitionError(
            f"expected a pinned MCP server in {path}, found no {name!r} (there is "
            f"{', '.join(sorted(found)) or 'none'}): pin it with 'holdfast mcp pin {name} -- COMMAND'"
        )
    server = found[name]
    reach = server.reach
    if command or url:
        reach = msgspec.structs.replace(reach, command=tuple(command), url=url)
    if environment:
        reach = msgspec.structs.replace(reach, environment={**reach.environment, **environment})
    check_reach(name, reach)
    return McpServer(name, msgspec.structs.replace(server, reach=reach), connect, clock)
