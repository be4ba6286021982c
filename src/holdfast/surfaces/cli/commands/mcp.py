"""``holdfast mcp``: pins servers, shows what has changed of them, approves it, and serves apps."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from holdfast.kernel.effects import Effect
from holdfast.surfaces.cli.asking.options import JsonOption, StoreOption
from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.problems import reporting, tell

EXTRA = "mcp"

mcp = typer.Typer(help="Tools of MCP servers, and apps as MCP servers.", no_args_is_help=True)

PinsOption = Annotated[
    Path, typer.Option("--pins", metavar="FILE", help="The file that holds what was approved of each server.")
]
PINS = Path("mcp.lock")
ServerArgument = Annotated[str, typer.Argument(metavar="SERVER", help="What the server is called here.")]


@mcp.callback()
def needs_the_extra() -> None:
    """Tools of MCP servers, and apps as MCP servers."""
    if find_spec(EXTRA) is None:
        told = "expected the extra 'mcp', found it not installed: pip install 'holdfast[mcp]'"
        tell("DefinitionError", told, as_json=False)
        raise typer.Exit(ExitCode.USAGE)


@mcp.command("pin")
def pin(
    name: ServerArgument,
    command: Annotated[
        list[str] | None, typer.Argument(metavar="-- COMMAND…", help="What starts it, and speaks MCP on its pipes.")
    ] = None,
    url: Annotated[str, typer.Option(metavar="URL", help="Where it listens, instead of a command.")] = "",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A variable of its environment, or a header."),
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=OURS", help="A variable or header that is a secret, and our variable that has it."),
    ] = None,
    inherit: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A variable that is handed on as it is; PATH always is.")
    ] = None,
    pins: PinsOption = PINS,
    as_json: JsonOption = False,
) -> None:
    """Write down how a server is reached and what it offers now; each tool is unsafe until you say else."""
    import asyncio

    from holdfast.runtime.servers import pin as pinned
    from holdfast.surfaces.cli.asking.mcp_words import reach_of
    from holdfast.surfaces.cli.showing.mcp_table import print_pins, server_record
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    with reporting(as_json=as_json):
        reach = reach_of(tuple(command or ()), url, set_ or [], secret or [], inherit or [])
        server = asyncio.run(pinned(pins, name, reach))
    if as_json:
        write_json(server_record(name, server))
    else:
        print_pins({name: server}, out())


@mcp.command("list")
def list_servers(pins: PinsOption = PINS, as_json: JsonOption = False) -> None:
    """List the servers and their approved tools. Nothing is started."""
    from holdfast.integration.mcp.pins import read_pins
    from holdfast.surfaces.cli.showing.mcp_table import print_pins, server_record
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    with reporting(as_json=as_json):
        servers = read_pins(pins).servers
    if as_json:
        write_json([server_record(name, server) for name, server in servers.items()])
    else:
        print_pins(servers, out())


@mcp.command("diff")
def diff(server: ServerArgument, pins: PinsOption = PINS, as_json: JsonOption = False) -> None:
    """Ask a server what it offers now, and show what differs from what was approved; 1 if anything does."""
    import asyncio

    from holdfast.runtime.servers import differences
    from holdfast.surfaces.cli.showing.mcp_table import difference_record, print_differences
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    with reporting(as_json=as_json):
        found = asyncio.run(differences(pins, server))
    if as_json:
        write_json([difference_record(each) for each in found])
    else:
        print_differences(found, out())
    raise typer.Exit(ExitCode.OK if all(each.standing == "approved" for each in found) else ExitCode.FAILED)


@mcp.command("approve")
def approve(
    server: ServerArgument,
    tools: Annotated[
        list[str] | None, typer.Argument(metavar="[TOOL]…", help="By the names that the server has for them.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All that it offers; what it does not any more is dropped.")] = (
        False
    ),
    effect: Annotated[Effect | None, typer.Option(help="What they do to the world.")] = None,
    undo: Annotated[str | None, typer.Option(metavar="TOOL", help="The tool of the server that undoes them.")] = None,
    key: Annotated[str | None, typer.Option(metavar="ARGUMENT", help="What takes the idempotency key.")] = None,
    fix: Annotated[
        list[str] | None, typer.Option(metavar="ARGUMENT=JSON", help="What is always so, and no model's to choose.")
    ] = None,
    timeout: Annotated[float | None, typer.Option(metavar="SECONDS", help="The time that a call has.")] = None,
    pins: PinsOption = PINS,
    as_json: JsonOption = False,
) -> None:
    """Take tools as the server describes them now, and say what they do."""
    import asyncio

    from holdfast.runtime.servers import approve as approved
    from holdfast.surfaces.cli.asking.mcp_words import declared_of, wanted_of
    from holdfast.surfaces.cli.showing.mcp_table import print_pins, server_record
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    with reporting(as_json=as_json):
        declared = declared_of(effect, undo, key, fix, timeout)
        found = asyncio.run(approved(pins, server, wanted_of(server, tools or [], every=every), declared))
    if as_json:
        write_json(server_record(server, found))
    else:
        print_pins({server: found}, out())


@mcp.command("serve")
def serve(
    app: Annotated[str, typer.Argument(metavar="APP", help="The application.")],
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Offer only this of it; may be repeated.")
    ] = None,
    http: Annotated[
        int | None,
        typer.Option(metavar="PORT", min=0, max=65_535, help="Listen on this machine, 0 for any free port."),
    ] = None,
    tenant: Annotated[str, typer.Option(help="Whose runs they are.")] = "default",
    store: StoreOption = None,
) -> None:
    """Offer an app, its agents and its tools to MCP clients: each call is a run."""
    import asyncio

    from holdfast.surfaces.cli.pursuing.mcp_serving import serve_app

    with reporting(as_json=False):
        asyncio.run(serve_app(app, store, tuple(only or ()), tenant, http))
