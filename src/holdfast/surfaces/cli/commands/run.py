"""``holdfast run APP``: begins a run of an application and stays with it."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from holdfast.kernel.errors import HoldfastError
from holdfast.surfaces.cli.problems import reporting


class AppGroup(TyperGroup):
    """Has a command for every installed app; nothing of an app is loaded before it is asked for."""

    # Any: Typer's contexts and commands have no public types of their own.
    def list_commands(self, ctx: Any) -> list[str]:
        from holdfast.surfaces.cli.asking.apps import app_names

        return list(app_names())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        from holdfast.surfaces.cli.app_command import load_command, typer_command
        from holdfast.surfaces.cli.pursuing.begin import run_app

        try:
            return typer_command(cmd_name, load_command(cmd_name), run_app)
        except HoldfastError as error:
            return _unusable(cmd_name, error)


def _unusable(name: str, error: HoldfastError) -> Any:
    """Return a command that does nothing but tell why there is none, whatever it is given."""

    def fail(given: Annotated[list[str] | None, typer.Argument()] = None) -> None:
        with reporting(as_json="--json" in (given or ())):
            raise error

    typed = typer.Typer(add_completion=False)
    settings = {"ignore_unknown_options": True}
    typed.command(name, help=str(error), add_help_option=False, context_settings=settings)(fail)
    return typer.main.get_command(typed)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(
        cls=AppGroup, subcommand_metavar="APP [INPUT]", add_completion=False, help="Begin a run of an application."
    )
    app.add_typer(group, name="run")
