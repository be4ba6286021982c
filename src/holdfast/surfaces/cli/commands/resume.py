"""``holdfast resume RUN``: has a run go on that was parked or interrupted, and stays with it."""

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, QuietOption, RunArgument, StoreOption
from holdfast.surfaces.cli.problems import reporting


def resume(
    run: RunArgument, store: StoreOption = None, as_json: JsonOption = False, is_quiet: QuietOption = False
) -> None:
    """Go on with a run that was parked or interrupted: nothing that is finished is done again."""
    import asyncio

    from holdfast.surfaces.cli.pursuing.again import resume_run

    with reporting(as_json=as_json):
        code = asyncio.run(resume_run(run, store, as_json=as_json, is_quiet=is_quiet))
    raise typer.Exit(code)
