"""Approving: what a server offers now, written down as what it may offer from then on."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from holdfast.integration.mcp.comparing import Compared, Standing, compare
from holdfast.integration.mcp.definition import Definition
from holdfast.integration.mcp.pins import PinFile, PinnedTool, Reach, ServerPins, check_server
from holdfast.integration.tools.qualified import qualified
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import InputError


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says of the tools they approve; None where they say nothing, and it stays as it is."""

    effect: Effect | None = None
    undo: str | None = None
    key: str | None = None
    fixed: Mapping[str, object] | None = None
    timeout_seconds: float | None = None


AS_BEFORE = Declared()


def first_pins(name: str, reach: Reach, offered: Sequence[Definition]) -> ServerPins:
    """Return the pins of a server that is new here: all that can be offered, each tool unsafe until declared else."""
    return approved(name, ServerPins(reach=reach), offered, None, AS_BEFORE)


def approved(
    name: str, pins: ServerPins, offered: Sequence[Definition], tools: Collection[str] | None, declared: Declared
) -> ServerPins:
    """Return ``pins`` with ``tools`` as the server ``offered`` them, all of them if None; what is gone is dropped.

    Raises InputError for a tool that cannot be approved, DefinitionError for a declaration that contradicts itself.
    """
    compared = {each.name: each for each in compare(pins, offered)}
    for tool in tools or ():
        if tool not in compared or compared[tool].standing is Standing.UNUSABLE:
            known = compared.get(tool)
            told = f"{known.reason}" if known else f"it offers {', '.join(sorted(compared)) or 'none'}"
            raise InputError(f"expected a tool of MCP server {name!r} that can be approved, found {tool!r}: {told}")
    kept, taken = dict[str, PinnedTool](), {tool.offered_as for tool in pins.tools}
    for each in compared.values():
        wanted = tools is None or each.name in tools
        pinned = _pinned(name, each, taken, declared) if wanted else each.pinned
        if pinned is not None:
            kept[each.name] = pinned
            taken.add(pinned.offered_as)
    found = msgspec.structs.replace(pins, tools=tuple(kept[tool] for tool in sorted(kept)))
    check_server(name, found)
    return found


def with_server(pins: PinFile, name: str, server: ServerPins) -> PinFile:
    """Return ``pins`` with ``server`` in its place among the others."""
    servers = {**pins.servers, name: server}
    return msgspec.structs.replace(pins, servers={each: servers[each] for each in sorted(servers)})


def _pinned(server: str, each: Compared, taken: Collection[str], declared: Declared) -> PinnedTool | None:
    """Return it as it is to be pinned; None for what is gone, or was never approved and cannot be."""
    if each.standing is Standing.UNUSABLE:
        return each.pinned
    if each.found is None:
        return None
    said = {name: value for name, value in msgspec.structs.asdict(declared).items() if value is not None}
    called = each.pinned.offered_as if each.pinned else qualified(server, each.found.name, taken)
    fresh = PinnedTool(offered_as=called, hash=each.found.content_hash, definition=each.found)
    known = each.pinned or fresh
    return msgspec.structs.replace(known, hash=fresh.hash, definition=fresh.definition, **said)
