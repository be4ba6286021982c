"""``holdfast backup FILE``: a copy of the store while runs go on."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, QuietOption, StoreOption
from holdfast.surfaces.cli.problems import reporting

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist.")]
KeysOption = Annotated[
    Path | None,
    typer.Option("--keys", metavar="FILE", help="Copy the keys of sealed runs too, to a file that is kept apart."),
]


def backup(
    file: FileArgument,
    keys: KeysOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Copy the whole store, as of one moment, to a new file; runs go on meanwhile. Never overwrites."""
    from holdfast.surfaces.cli.moving.copies import back_up
    from holdfast.surfaces.cli.showing.moves import print_backed_up
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    with reporting(as_json=as_json):
        made = back_up(file, keys, store, is_quiet=quiet or as_json)
    if as_json:
        write_json(made)
    else:
        print_backed_up(made, out())
