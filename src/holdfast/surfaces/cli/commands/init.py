"""``holdfast init APP``: makes what an application needs before its first run."""

from collections.abc import Callable, Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from holdfast.kernel.errors import HoldfastError, InputError
from holdfast.surfaces.cli.problems import reporting


class InitGroup(TyperGroup):
    """Has a command for every app that something is to be made for."""

    # Any: Typer's contexts and commands have no public types of their own.
    def list_commands(self, ctx: Any) -> list[str]:
        from holdfast.surfaces.cli.asking.apps import app_names, brought_init
        from holdfast.surfaces.cli.extension import InitCommand

        return [name for name in app_names() if isinstance(_or_none(brought_init, name), InitCommand)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        from holdfast.surfaces.cli.app_command import init_command, unusable_command
        from holdfast.surfaces.cli.asking.apps import brought_init
        from holdfast.surfaces.cli.extension import InitCommand

        try:
            maker = brought_init(cmd_name)
        except HoldfastError as error:
            return unusable_command(cmd_name, error)
        if isinstance(maker, InitCommand):
            return init_command(cmd_name, maker, _make)
        told = f"expected an app that something is to be made for, found {cmd_name!r}: run it as it is"
        return unusable_command(cmd_name, InputError(told))


def _or_none(load: Callable[[str], object | None], name: str) -> object | None:
    try:
        return load(name)
    except HoldfastError:
        return None


def _make(app: str, make: Callable[[], Sequence[str]], as_json: bool) -> None:
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out, styled

    with reporting(as_json=as_json):
        told = make()
        if as_json:
            write_json({"app": app, "made": list(told)})
        else:
            for line in told:
                out().print(styled(line), soft_wrap=True)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(
        cls=InitGroup,
        subcommand_metavar="APP",
        add_completion=False,
        help="Make what an application needs before its first run, such as the support desk's shop.",
    )
    app.add_typer(group, name="init")
