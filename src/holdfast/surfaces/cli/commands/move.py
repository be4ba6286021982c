"""``holdfast export RUN`` and ``holdfast import FILE``: a run as one file, and from that file into another store."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, RunArgument, StoreOption
from holdfast.surfaces.cli.problems import reporting

OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", show_default="RUN.holdfast here", help="The file to write."),
]
InClearOption = Annotated[
    bool, typer.Option("--in-clear", help="Write a run about a person too, though no erasure reaches the file.")
]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A file that 'holdfast export' wrote.")]


def export_run(
    run: RunArgument,
    output: OutputOption = None,
    is_in_clear: InClearOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one run with its events and payloads to a single file; the run stays. Never overwrites."""
    import asyncio

    from holdfast.surfaces.cli.moving.archives import export_to
    from holdfast.surfaces.cli.showing.moves import print_exported
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    with reporting(as_json=as_json):
        moved = asyncio.run(export_to(run, output, store, may_be_clear=is_in_clear))
    if as_json:
        write_json(moved)
    else:
        print_exported(moved, out())


def import_run(file: FileArgument, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Take an exported run in, under its own id. One that is not over waits until somebody resumes it."""
    import asyncio

    from holdfast.surfaces.cli.moving.archives import import_from
    from holdfast.surfaces.cli.showing.moves import print_imported
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    with reporting(as_json=as_json):
        moved = asyncio.run(import_from(file, store))
    if as_json:
        write_json(moved)
    else:
        print_imported(moved, out())
