"""``holdfast init APP``: makes what an application needs before its first run."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption
from holdfast.surfaces.cli.problems import reporting


def init(
    app: Annotated[str, typer.Argument(metavar="APP", help="The application to make things for.")],
    folder: Annotated[Path, typer.Option("--folder", help="Where to make them.")] = Path(),
    as_json: JsonOption = False,
) -> None:
    """Make what an application needs before its first run, such as the support desk's shop."""
    from holdfast.kernel.errors import InputError
    from holdfast.surfaces.cli.asking.apps import brought_command
    from holdfast.surfaces.cli.extension import InitCommand
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out, styled

    with reporting(as_json=as_json):
        command = brought_command(app)
        if not isinstance(command, InitCommand):
            raise InputError(f"expected an app that something is to be made for, found {app!r}: run it as it is")
        told = command.init(folder)
        if as_json:
            write_json({"app": app, "made": list(told)})
        else:
            for line in told:
                out().print(styled(line), soft_wrap=True)
