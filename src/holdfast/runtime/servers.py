"""What MCP servers offer at this moment: asked by an operator, outside of any run."""

from pathlib import Path

from holdfast.integration.mcp.comparing import Compared, compare
from holdfast.integration.mcp.definition import Definition
from holdfast.integration.mcp.pinning import Declared, approved, first_pins, with_server
from holdfast.integration.mcp.pins import PinFile, Reach, ServerPins, check_reach, pins_at, read_pins, write_pins
from holdfast.integration.mcp.session import Unreachable
from holdfast.integration.mcp.source import CONNECT_SECONDS_MAX
from holdfast.integration.tools.qualified import check_server_name
from holdfast.kernel.clock import Clock, SystemClock
from holdfast.kernel.errors import DefinitionError, InputError, ResourceError


async def pin(path: Path, name: str, reach: Reach, clock: Clock | None = None) -> ServerPins:
    """Write down how the server ``name`` is reached, and all it offers now, in the file at ``path``.

    Raises InputError for a server that is pinned there already, ResourceError for one that cannot be reached.
    """
    check_server_name(name, "MCP server")
    check_reach(name, reach)
    pins = pins_at(path)
    if name in pins.servers:
        raise InputError(
            f"expected a new MCP server, found {name!r} in {path}: 'holdfast mcp approve {name}' takes its changes"
        )
    server = first_pins(name, reach, await offered_by(name, reach, clock))
    write_pins(path, with_server(pins, name, server))
    return server


async def approve(
    path: Path, name: str, tools: tuple[str, ...] | None, declared: Declared, clock: Clock | None = None
) -> ServerPins:
    """Write down what the server offers now of ``tools``, all of them if None. Raises as ``pin`` does."""
    pins = read_pins(path)
    known = server_in(path, pins, name)
    offered = await offered_by(name, known.reach, clock)
    server = approved(name, known, offered, tools, declared)
    write_pins(path, with_server(pins, name, server))
    return server


async def differences(path: Path, name: str, clock: Clock | None = None) -> tuple[Compared, ...]:
    """Return how each tool of the server stands now. Raises ResourceError, DefinitionError."""
    known = server_in(path, read_pins(path), name)
    return compare(known, await offered_by(name, known.reach, clock))


def server_in(path: Path, pins: PinFile, name: str) -> ServerPins:
    """Return the server called ``name``. Raises DefinitionError."""
    if name not in pins.servers:
        known = ", ".join(sorted(pins.servers)) or "none"
        raise DefinitionError(f"expected an MCP server that is pinned in {path}, found {name!r}: there is {known}")
    return pins.servers[name]


async def offered_by(name: str, reach: Reach, clock: Clock | None = None) -> tuple[Definition, ...]:
    """Return what the server says of its tools. Raises ResourceError."""
    from holdfast.integration.mcp.client.connecting import connect

    try:
        async with (clock or SystemClock()).timeout(CONNECT_SECONDS_MAX):
            session = await connect(name, reach)
            try:
                return await session.tools()
            finally:
                await session.close()
    except TimeoutError:
        raise ResourceError(f"MCP server {name!r} was not ready in {CONNECT_SECONDS_MAX:g} seconds") from None
    except Unreachable as error:
        raise ResourceError(f"MCP server {name!r} cannot be reached: {error}") from error
