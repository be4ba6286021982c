"""``holdfast inbox``: lists what waits for a person."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, StoreOption
from holdfast.surfaces.cli.problems import reporting

UnderOption = Annotated[
    str | None, typer.Option("--run", metavar="RUN", help="Only what this run and those below it wait for.")
]


def inbox(under: UnderOption = None, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """List what waits for a person: calls that need a yes, calls in doubt, questions, and spent allowances."""
    import asyncio
    import time

    from holdfast.surfaces.cli.asking.waiting import list_waiting
    from holdfast.surfaces.cli.showing.inbox_page import inbox_records, print_inbox
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import err, out, styled

    with reporting(as_json=as_json):
        found = asyncio.run(list_waiting(store, under))
    if as_json:
        write_json(inbox_records(found))
    elif found:
        print_inbox(found, time.time(), out())
    else:
        err().print(styled("nothing waits for a person"))
