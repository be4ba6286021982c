"""MCP servers and how their tools stand: as tables, and as JSON. What a server says is shown, and hides nothing."""

import difflib
from collections.abc import Mapping, Sequence

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from holdfast.integration.mcp.comparing import Compared, Standing
from holdfast.integration.mcp.definition import Definition, shown_description
from holdfast.integration.mcp.pins import PinnedTool, Reach, ServerPins
from holdfast.surfaces.cli.showing.terminal import styled

STYLES = {Standing.APPROVED: "green", Standing.NEW: "yellow", Standing.GONE: "yellow"}
LINE_STYLES = {"+": "green", "-": "red"}
HIDES = "hides characters"


def server_record(name: str, server: ServerPins) -> dict[str, object]:
    """Return one server as a JSON object; of secrets the names alone."""
    return {"server": name, "reach": server.reach, "tools": [_tool_record(each) for each in server.tools]}


def difference_record(each: Compared) -> dict[str, object]:
    """Return how one tool stands as a JSON object, with both definitions where they differ."""
    differs = each.standing is Standing.CHANGED
    return {
        "tool": each.name,
        "standing": each.standing,
        "reason": each.reason or None,
        "offered_as": each.pinned.offered_as if each.pinned else None,
        "approved": each.pinned.definition if each.pinned and differs else None,
        "found": each.found if each.standing is not Standing.APPROVED else None,
        "hides_characters": each.found.hides if each.found else None,
    }


def print_pins(servers: Mapping[str, ServerPins], console: Console) -> None:
    """Print each server with its tools."""
    for name, server in servers.items():
        console.print(styled(name, style="bold"), styled(_reached(server.reach), style="bright_black"))
        table = _table("tool", "called", "effect", "its server says", "description")
        for each in server.tools:
            effect = f"{each.effect}, undone by {each.undo}" if each.undo else each.effect
            told = (each.definition.name, each.offered_as, effect, _said(each.definition))
            table.add_row(*map(styled, told), _described(each.definition))
        console.print(table)


def print_differences(found: Sequence[Compared], console: Console) -> None:
    """Print how each tool stands; what was approved and what is said now, where that differs."""
    table = _table("tool", "standing", "why", "description")
    for each in found:
        standing = styled(each.standing, style=STYLES.get(each.standing, "red"))
        described = _described(each.found or (each.pinned.definition if each.pinned else None))
        table.add_row(styled(each.name), standing, styled(each.reason), described)
    console.print(table)
    for each in found:
        if each.standing is Standing.CHANGED and each.pinned and each.found:
            _print_change(each.pinned.definition, each.found, console)


def _print_change(approved: Definition, found: Definition, console: Console) -> None:
    """Print the lines that differ, those that were approved and those that are said now."""
    console.print()
    before, now = (
        msgspec.json.format(msgspec.json.encode(each), indent=2).decode().splitlines() for each in (approved, found)
    )
    for line in difflib.unified_diff(before, now, f"{found.name} as approved", f"{found.name} now", n=1, lineterm=""):
        console.print(styled(line, style=LINE_STYLES.get(line[0], "")))


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _described(definition: Definition | None) -> Text:
    if definition is None:
        return styled("")
    return styled(shown_description(definition), style="red" if definition.hides else "")


def _said(definition: Definition) -> str:
    return ", ".join((*definition.hints, *((HIDES,) if definition.hides else ())))


def _reached(reach: Reach) -> str:
    return reach.url or " ".join(reach.command)


def _tool_record(each: PinnedTool) -> dict[str, object]:
    return {
        "tool": each.definition.name,
        "offered_as": each.offered_as,
        "effect": each.effect,
        "undo": each.undo or None,
        "key": each.key or None,
        "fixed": each.fixed,
        "timeout_seconds": each.timeout_seconds,
        "hints": each.definition.hints,
        "hides_characters": each.definition.hides,
        "hash": each.hash,
        "description": shown_description(each.definition),
    }
