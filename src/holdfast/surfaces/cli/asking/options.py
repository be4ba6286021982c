"""The options that commands share."""

from typing import Annotated

import typer

STORE_VARIABLE = "HOLDFAST_STORE"

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar=STORE_VARIABLE,
        metavar="URL",
        show_default="a file in your state folder",
        help="Where the runs are kept, such as sqlite:///runs.db",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="The run's id, or the end of it.")]
AllOption = Annotated[bool, typer.Option("--all", help="Leave nothing out, however long.")]
RevealOption = Annotated[
    bool, typer.Option("--reveal", help="Show personal data as it is; that you did is noted beside the store.")
]
