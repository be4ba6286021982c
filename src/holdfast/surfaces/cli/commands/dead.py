"""``holdfast dead`` and ``holdfast retries``: what has failed for good, and what waits to be tried again."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, StoreOption
from holdfast.surfaces.cli.problems import reporting

COUNT = 20

AppOption = Annotated[str | None, typer.Option("--app", help="Only runs of this application.")]
CountOption = Annotated[int, typer.Option("--count", "-n", min=1, max=10_000, help="How many at most.")]


PartsOption = Annotated[bool, typer.Option("--parts", help="Also parts of runs that are complete without them.")]


def dead(
    app: AppOption = None,
    parts: PartsOption = False,
    count: CountOption = COUNT,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the runs that failed and that nobody has requeued or dropped: why, at which step, after how many tries."""
    import asyncio
    import time

    from holdfast.surfaces.cli.asking.failed import list_dead
    from holdfast.surfaces.cli.showing.failed_page import dead_records, print_dead
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import err, out, styled

    with reporting(as_json=as_json):
        found = asyncio.run(list_dead(store, app, count, parts=parts))
    if as_json:
        write_json(dead_records(found))
    elif found:
        print_dead(found, time.time(), out())
    else:
        err().print(styled("no dead letters: nothing has failed that somebody still has to look at"))


def retries(
    app: AppOption = None, count: CountOption = COUNT, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """List the steps that failed and wait to be tried again: since when, why, and when the next try comes."""
    import asyncio
    import time

    from holdfast.surfaces.cli.asking.failed import list_retries
    from holdfast.surfaces.cli.showing.failed_page import print_retries, retries_records
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import err, out, styled

    with reporting(as_json=as_json):
        found = asyncio.run(list_retries(store, app, count))
    if as_json:
        write_json(retries_records(found))
    elif found:
        print_retries(found, time.time(), out())
    else:
        err().print(styled("nothing waits to be tried again"))
