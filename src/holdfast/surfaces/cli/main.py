"""The program ``holdfast``: its commands, and how a bad command line is told."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from holdfast.surfaces.cli.commands import (
    backup,
    budgets,
    bus,
    cancel,
    costs,
    dead,
    decide,
    doctor,
    draw,
    erase,
    fork,
    gc,
    inbox,
    init,
    mcp,
    models,
    move,
    plan,
    policy,
    reconcile,
    replay,
    requeue,
    resume,
    run,
    runs,
    sandbox,
    show,
    tail,
    tools,
    verify,
)
from holdfast.surfaces.cli.exit_codes import EXIT_CODES_TOLD, ExitCode
from holdfast.surfaces.cli.problems import tell
from holdfast.version import VERSION

COMMANDS = (
    "init",
    "run",
    "runs",
    "show",
    "tail",
    "trace",
    "costs",
    "replay",
    "fork",
    "inbox",
    "decide",
    "resume",
    "cancel",
    "reconcile",
    "budgets",
    "dead",
    "retries",
    "requeue",
    "drop",
    "publish",
    "topics",
    "subscriptions",
    "undelivered",
    "draw",
    "plan",
    "verify",
    "tools",
    "policy",
    "export",
    "import",
    "backup",
    "gc",
    "erase",
    "models",
    "mcp",
    "sandbox",
    "doctor",
)


class Commands(TyperGroup):
    """Lists the commands in the order they are needed in."""

    # Any: Typer's contexts have no public type of their own here.
    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)


app = typer.Typer(
    name="holdfast",
    cls=Commands,
    help="Runs LLM agents on a journal: what is begun is finished, and nothing finished is done twice.",
    epilog=EXIT_CODES_TOLD,
    add_completion=False,
    pretty_exceptions_enable=False,
)
init.add_to(app)
run.add_to(app)
app.command("runs")(runs.runs)
app.command("show")(show.show)
app.command("tail")(tail.tail)
app.command("trace")(show.trace)
app.command("costs")(costs.costs)
app.command("replay")(replay.replay)
app.command("fork")(fork.fork)
app.command("inbox")(inbox.inbox)
app.command("decide")(decide.decide)
app.command("resume")(resume.resume)
app.command("cancel")(cancel.cancel)
app.command("reconcile")(reconcile.reconcile)
app.command("budgets")(budgets.budgets)
app.command("dead")(dead.dead)
app.command("retries")(dead.retries)
app.command("requeue")(requeue.requeue)
app.command("drop")(requeue.drop)
app.command("publish")(bus.publish)
app.command("topics")(bus.topics)
app.add_typer(bus.subscriptions, name="subscriptions")
app.add_typer(bus.undelivered, name="undelivered")
app.command("draw")(draw.draw)
app.command("plan")(plan.plan)
app.command("verify")(verify.verify)
app.command("tools")(tools.tools)
app.add_typer(policy.policy, name="policy")
app.command("export")(move.export_run)
app.command("import")(move.import_run)
app.command("backup")(backup.backup)
app.command("gc")(gc.gc)
app.command("erase")(erase.erase)
app.command("models")(models.models)
app.add_typer(mcp.mcp, name="mcp")
app.add_typer(sandbox.sandbox, name="sandbox")
app.command("doctor")(doctor.doctor)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"holdfast {VERSION}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a sign still shows the rest
    try:
        code = typer.main.get_command(app).main(given, prog_name="holdfast", standalone_mode=False)
    except typer.TyperException as error:
        if error.format_message():  # without one the help has been printed
            tell("UsageError", _told(error), as_json="--json" in given)
        return ExitCode.USAGE
    except (typer.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    return code if isinstance(code, int) else ExitCode.OK


def _told(error: typer.TyperException) -> str:
    """Return what is wrong with a command line in one sentence, with where help is."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "holdfast"
    message = error.format_message().replace("Value error, ", "").rstrip(".")
    return f"{message}: see '{command} --help'"
