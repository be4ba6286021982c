"""``holdfast runs``: lists the runs of a store."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, StoreOption
from holdfast.surfaces.cli.problems import reporting

COUNT = 20

AppOption = Annotated[str | None, typer.Option("--app", help="Only runs of this application.")]
StatusOption = Annotated[
    list[str] | None, typer.Option("--status", help="Only runs in this status, such as FAILED; may be repeated.")
]
ParentOption = Annotated[str | None, typer.Option("--parent", help="Only child runs of this run.")]
CountOption = Annotated[int, typer.Option("--count", "-n", min=1, max=10_000, help="How many at most.")]


def runs(
    app: AppOption = None,
    status: StatusOption = None,
    parent: ParentOption = None,
    count: CountOption = COUNT,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the runs, newest first; those that somebody must take up again are marked."""
    import asyncio
    import time

    from holdfast.surfaces.cli.asking.listing import list_runs
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.runs_table import print_runs, runs_records
    from holdfast.surfaces.cli.showing.terminal import err, out, styled

    with reporting(as_json=as_json):
        found = asyncio.run(list_runs(store, app, tuple(status or ()), count, parent))
    if as_json:
        write_json(runs_records(found))
    elif found:
        print_runs(found, time.time(), out())
    else:
        err().print(styled("no runs: begin one with 'holdfast run APP'"))
