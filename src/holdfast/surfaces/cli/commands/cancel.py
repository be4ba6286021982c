"""``holdfast cancel RUN``: ends a run before its time, whoever drives it."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, RunArgument, StoreOption
from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.problems import reporting

AbandonOption = Annotated[
    bool, typer.Option("--abandon-doubts", help="End it even if nobody knows what became of a call: it never will be.")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for the record.")]


def cancel(
    run: RunArgument,
    reason: ReasonOption = "cancelled at the command line",
    abandons_doubts: AbandonOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a run before its time. What it has done stays done; what is in doubt is settled first, or abandoned."""
    import asyncio
    import time

    from holdfast.surfaces.cli.pursuing.again import cancel_run
    from holdfast.surfaces.cli.showing.records import run_record, write_json
    from holdfast.surfaces.cli.showing.results import print_cancelled

    with reporting(as_json=as_json):
        state = asyncio.run(cancel_run(run, reason, store, abandons_doubts=abandons_doubts))
    if as_json:
        write_json(run_record(state, (state.ended_at or time.time()) - state.started_at, {}))
    else:
        print_cancelled(state)
    raise typer.Exit(ExitCode.OK if state.is_over else ExitCode.PARKED)
