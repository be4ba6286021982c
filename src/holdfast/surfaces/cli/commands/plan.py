"""``holdfast plan RUN``: what a model has planned in a run, how far it is, and what changed from version to version."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, RevealOption, RunArgument, StoreOption
from holdfast.surfaces.cli.problems import reporting

DiffOption = Annotated[bool, typer.Option("--diff", help="Show what changed from version to version.")]
ExportOption = Annotated[
    bool, typer.Option("--export", help="Print the plan alone, as JSON to be changed: the one that waits for a yes.")
]


def plan(
    run: RunArgument,
    shows_changes: DiffOption = False,
    is_export: ExportOption = False,
    reveals: RevealOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the plans of a run: each step with its state, what it uses and waits for, and what is expected of it."""
    import asyncio

    with reporting(as_json=as_json):
        asyncio.run(
            _plan(run, store, shows_changes=shows_changes, is_export=is_export, reveals=reveals, as_json=as_json)
        )


async def _plan(
    run_id: str, store: str | None, *, shows_changes: bool, is_export: bool, reveals: bool, as_json: bool
) -> None:
    from holdfast.kernel.errors import InputError
    from holdfast.orchestration.planning.reading import plans_of
    from holdfast.surfaces.cli.asking.revealing import masking
    from holdfast.surfaces.cli.asking.stores import reading, store_url
    from holdfast.surfaces.cli.showing.plan_page import plan_record, print_plans
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    async with reading(store) as runtime:
        run = await runtime.run(run_id)
        masked = await masking(run, store_url(store), "plan", reveals=reveals)
        reports, state = [masked.struct(each) for each in await plans_of(run)], await run.state()
    if not reports:
        raise InputError(f"expected a run with a plan, found none in run {state.run}: its app is {state.app}")
    if is_export:
        latest = reports[-1].latest
        if latest is None:
            raise InputError(f"expected a plan that can be carried out, found none yet in run {state.run}")
        write_json(latest)
    elif as_json:
        write_json([plan_record(each, state) for each in reports])
    else:
        print_plans(reports, state, out(), shows_changes=shows_changes)
