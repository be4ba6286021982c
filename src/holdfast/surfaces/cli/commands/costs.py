"""``holdfast costs``: what the model calls of a store have cost, by whatever one wants to know it by."""

from typing import Annotated

import typer

from holdfast.observability.groups import By
from holdfast.surfaces.cli.asking.options import JsonOption, StoreOption
from holdfast.surfaces.cli.problems import reporting

ByOption = Annotated[By, typer.Option("--by", help="What the calls are put together by.")]
SinceOption = Annotated[
    str | None, typer.Option("--since", metavar="WHEN", help="Only calls since a day (2026-11-20), or an age ago (7d).")
]
UntilOption = Annotated[
    str | None,
    typer.Option("--until", metavar="WHEN", help="Only calls up to the end of a day, or to an age ago."),
]
RunOption = Annotated[str | None, typer.Option("--run", metavar="RUN", help="Only this run and the runs it has begun.")]
TenantOption = Annotated[str | None, typer.Option("--tenant", help="Only runs of this tenant.")]


def costs(
    by: ByOption = By.MODEL,
    since: SinceOption = None,
    until: UntilOption = None,
    run: RunOption = None,
    tenant: TenantOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sum up what model calls have used, cost and taken. A cost that is not known is said to be so, never zero."""
    import asyncio
    import time

    from holdfast.surfaces.cli.asking.costs import Wanted, sum_up
    from holdfast.surfaces.cli.asking.instants import span
    from holdfast.surfaces.cli.showing.costs_table import costs_record, print_costs
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    with reporting(as_json=as_json):
        now = time.time()
        wanted = Wanted(by, *span(since, until, now), run, tenant)
        found = asyncio.run(sum_up(store, wanted))
    if as_json:
        write_json(costs_record(found))
    else:
        print_costs(found, out())
