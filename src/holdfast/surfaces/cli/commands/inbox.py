"""``holdfast inbox``: lists what waits for a person."""

from holdfast.surfaces.cli.asking.options import JsonOption, StoreOption
from holdfast.surfaces.cli.problems import reporting


def inbox(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """List what waits for a person: calls in doubt, questions that runs ask, and spent allowances."""
    import asyncio
    import time

    from holdfast.surfaces.cli.asking.waiting import list_waiting
    from holdfast.surfaces.cli.showing.inbox_page import inbox_records, print_inbox
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import err, out, styled

    with reporting(as_json=as_json):
        found = asyncio.run(list_waiting(store))
    if as_json:
        write_json(inbox_records(found))
    elif found:
        print_inbox(found, time.time(), out())
    else:
        err().print(styled("nothing waits for a person"))
