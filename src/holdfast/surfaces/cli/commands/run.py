"""``holdfast run APP``: begins a run of an application and stays with it."""

from typing import Any

import typer
from typer.core import TyperGroup

from holdfast.kernel.errors import HoldfastError


class AppGroup(TyperGroup):
    """Has a command for every installed app; nothing of an app is loaded before it is asked for."""

    # Any: Typer's contexts and commands have no public types of their own.
    def list_commands(self, ctx: Any) -> list[str]:
        from holdfast.surfaces.cli.asking.apps import app_names

        return list(app_names())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        from holdfast.surfaces.cli.app_command import load_command, typer_command, unusable_command
        from holdfast.surfaces.cli.pursuing.begin import run_app

        try:
            return typer_command(cmd_name, load_command(cmd_name), run_app)
        except HoldfastError as error:
            return unusable_command(cmd_name, error)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(
        cls=AppGroup, subcommand_metavar="APP [INPUT]", add_completion=False, help="Begin a run of an application."
    )
    app.add_typer(group, name="run")
