"""The pin file: how each server is reached, and which definitions of its tools somebody has approved."""

import os
from pathlib import Path

import msgspec

from holdfast.integration.mcp.definition import Definition, unusable
from holdfast.integration.tools.addresses import check_address
from holdfast.integration.tools.definition import SETTLE_SECONDS, TIMEOUT_SECONDS
from holdfast.integration.tools.qualified import BETWEEN, check_server_name
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError, InputError

PIN_FILE = "mcp.lock"
FORMAT = 1
FILE_BYTES_MAX = 16_000_000


class PinnedTool(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A definition that somebody approved, and what it does to the world by that person's word."""

    offered_as: str
    hash: str
    effect: Effect = Effect.UNSAFE
    undo: str = ""
    """The tool of the same server that undoes it, by the name that the server has for it."""
    key: str = ""
    """The argument that takes the idempotency key."""
    fixed: dict[str, object] = {}
    """Arguments that are always these: the model neither sees nor sets them."""
    timeout_seconds: float = TIMEOUT_SECONDS
    settle_seconds: float = SETTLE_SECONDS
    definition: Definition

    @property
    def withheld(self) -> frozenset[str]:
        """The arguments that a model is not asked for."""
        return frozenset((*self.fixed, *((self.key,) if self.key else ())))


class Reach(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How a server is reached: a command that is started, or an address. Secrets are named here, never kept."""

    command: tuple[str, ...] = ()
    folder: str = ""
    """Where the command is started."""
    environment: dict[str, str] = {}
    """All that the command finds in its environment, beside ``inherits`` and ``secrets``."""
    inherits: tuple[str, ...] = ("PATH",)
    """Variables that are handed on as they are here."""
    secrets: dict[str, str] = {}
    """By the server's variable, or its header, the variable of ours that holds the secret."""
    url: str = ""
    headers: dict[str, str] = {}


class ServerPins(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One server."""

    reach: Reach
    tools: tuple[PinnedTool, ...] = ()

    def by_name(self) -> dict[str, PinnedTool]:
        """Return its tools by the names that the server has for them."""
        return {tool.definition.name: tool for tool in self.tools}


class PinFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that stands in the file."""

    format: int = FORMAT
    servers: dict[str, ServerPins] = {}


def read_pins(path: Path) -> PinFile:
    """Return what stands in the file at ``path``. Raises DefinitionError for what contradicts itself, or is not there.

    A definition whose hash is another was altered after it was approved.
    """
    try:
        body = path.read_bytes()
        pins = msgspec.json.decode(body, type=PinFile) if len(body) <= FILE_BYTES_MAX else None
    except FileNotFoundError:
        raise DefinitionError(
            f"expected pinned MCP servers in {path}, found no such file: "
            "pin one with 'holdfast mcp pin NAME -- COMMAND'"
        ) from None
    except (OSError, msgspec.MsgspecError) as error:
        raise DefinitionError(f"{path} cannot be read as a file of pinned MCP servers: {error}") from error
    if pins is None or pins.format != FORMAT:
        found = f"format {pins.format}" if pins else f"{len(body)} bytes"
        raise DefinitionError(f"{path}: expected format {FORMAT} and at most {FILE_BYTES_MAX} bytes, found {found}")
    for name, server in pins.servers.items():
        check_server(name, server)
    return pins


def pins_at(path: Path) -> PinFile:
    """Return what stands in the file at ``path``, nothing if there is none. Raises DefinitionError as ``read_pins``."""
    return read_pins(path) if path.exists() else PinFile()


def write_pins(path: Path, pins: PinFile) -> None:
    """Replace the file at ``path``, whole or not at all. Raises InputError for a disk that refuses."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_bytes(msgspec.json.format(msgspec.json.encode(pins), indent=2) + b"\n")
        os.replace(partial, path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def check_server(name: str, pins: ServerPins) -> None:
    """Find what contradicts itself. Raises DefinitionError."""
    check_server_name(name, "MCP server")
    check_reach(name, pins.reach)
    offered = [tool.offered_as for tool in pins.tools]
    if len({*offered}) < len(offered) or len(pins.by_name()) < len(offered):
        raise DefinitionError(f"MCP server {name!r}: expected each of its tools once, found one of them twice")
    for tool in pins.tools:
        _check_tool(name, tool, pins)


def check_reach(name: str, reach: Reach) -> None:
    """Find what is wrong with how a server is to be reached. Raises DefinitionError."""
    if bool(reach.command) == bool(reach.url):
        raise DefinitionError(
            f"MCP server {name!r}: expected a command or a url, found {'both' if reach.url else 'neither'}"
        )
    if reach.url:
        check_address(f"MCP server {name!r}", reach.url)


def _check_tool(server: str, tool: PinnedTool, pins: ServerPins) -> None:
    what, called = f"MCP server {server!r}", tool.definition.name
    if not tool.offered_as.startswith(server + BETWEEN):
        raise DefinitionError(
            f"{what}: expected {called!r} to be offered as {server}{BETWEEN}…, found {tool.offered_as!r}"
        )
    if tool.hash != tool.definition.content_hash:
        raise DefinitionError(
            f"{what}: the definition of {called!r} is not the one that was approved: "
            "restore the file from version control, or take the server out of it and pin it again"
        )
    if told := unusable(tool.definition):
        raise DefinitionError(f"{what}: {called!r} cannot be offered: {told}")
    properties = tool.definition.input_schema.get("properties")
    known = properties.keys() if isinstance(properties, dict) else frozenset()
    if unknown := sorted(tool.withheld - known):
        raise DefinitionError(f"{what}: {called!r} has no argument {unknown[0]!r} to be fixed, or to take the key")
    undo = pins.by_name().get(tool.undo)
    if tool.undo and (undo is None or undo.undo):
        raise DefinitionError(
            f"{what}: {called!r} is undone by {tool.undo!r}: expected another of its pinned tools, which is not itself "
            "undone by one"
        )
