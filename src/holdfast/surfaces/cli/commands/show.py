"""``holdfast show RUN`` and ``holdfast trace RUN``: one run as a page, and as a waterfall of what it did."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import AllOption, JsonOption, RevealOption, RunArgument, StoreOption
from holdfast.surfaces.cli.problems import reporting

TracedArgument = Annotated[str, typer.Argument(metavar="RUN|EVENT", help="The id of a run or its end, or of an event.")]
EventsOption = Annotated[bool, typer.Option("--events", help="Of a run: the events before and after it.")]


def show(
    run: RunArgument,
    shows_all: AllOption = False,
    reveals: RevealOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one run: how it stands and what to do, its nodes, budget, faults and result."""
    import asyncio

    with reporting(as_json=as_json):
        asyncio.run(_show(run, store, shows_all=shows_all, reveals=reveals, as_json=as_json))


def trace(
    run: TracedArgument,
    events: EventsOption = False,
    shows_all: AllOption = False,
    reveals: RevealOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a run and those below it did and when: nodes, turns, calls, waits, drivers. Works while it runs.

    Of an event: the runs that reacted to it, what they published, and so on, from the beginning of the chain.
    """
    import asyncio

    with reporting(as_json=as_json):
        if events or run.startswith("evt_"):
            asyncio.run(_causes(run, store, as_json=as_json))
            return
        asyncio.run(_trace(run, store, shows_all=shows_all, reveals=reveals, as_json=as_json))


async def _show(run_id: str, store: str | None, *, shows_all: bool, reveals: bool, as_json: bool) -> None:
    import time

    from holdfast.journal.port import RunFilter
    from holdfast.orchestration.delegation.telling import tasks_of
    from holdfast.orchestration.planning.reading import plans_of
    from holdfast.surfaces.cli.asking.looking import listed, look
    from holdfast.surfaces.cli.asking.revealing import masking
    from holdfast.surfaces.cli.asking.stores import reading, store_url
    from holdfast.surfaces.cli.showing.achievements import print_achieved
    from holdfast.surfaces.cli.showing.inbox_page import inbox_records, print_inbox
    from holdfast.surfaces.cli.showing.plan_page import plan_record, print_plans
    from holdfast.surfaces.cli.showing.records import run_record, write_json
    from holdfast.surfaces.cli.showing.run_page import page_record, print_page
    from holdfast.surfaces.cli.showing.tasks_table import print_tasks
    from holdfast.surfaces.cli.showing.terminal import out
    from holdfast.surfaces.cli.showing.versions import version_of

    async with reading(store) as runtime:
        run = await runtime.run(run_id)
        masked = await masking(run, store_url(store), "show", reveals=reveals)
        seen, state = await look(run, store_url(store), masked), await run.state()
        value = masked.data(await run.value(state))
        achieved = masked.struct(await run.achieved(state)) if state.is_over and value is None else None
        variables = {name: masked.data(each) for name, each in (await run.variables(state)).items()}
        children = await listed(runtime, RunFilter(parent=run.id), store_url(store))
        forks = await listed(runtime, RunFilter(origin=run.id), store_url(store))
        tasks = [masked.struct(each) for each in await tasks_of(state, await run.payloads(state))]
        below = [each for each in await runtime.inbox(run) if each.head.run != run.id]
        plans = [masked.struct(each) for each in await plans_of(run)]
    version = version_of(seen.trace.state)
    if as_json:
        page = page_record(seen, version, children, forks)
        told = {
            "result": value,
            "achieved": achieved or None,
            "variables": variables,
            "tasks": tasks,
            "inbox_below": inbox_records(below),
            "plans": [plan_record(each, state) for each in plans],
        }
        write_json(run_record(seen.trace.state, seen.totals.seconds, {**told, **page}))
    else:
        print_page(seen, version, value, variables, children, forks, out(), shows_all=shows_all)
        print_tasks(tasks, out())
        print_plans(plans, state, out())
        print_inbox(below, time.time(), out())
        if achieved is not None:
            print_achieved(achieved, out(), shows_all=shows_all)


async def _causes(of: str, store: str | None, *, as_json: bool) -> None:
    from holdfast.surfaces.cli.asking.bus import causes_of
    from holdfast.surfaces.cli.showing.causes_tree import causes_record, print_causes
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    asked, tree = await causes_of(of, store)
    if as_json:
        write_json(causes_record(tree))
    else:
        print_causes(tree, asked, out())


async def _trace(run_id: str, store: str | None, *, shows_all: bool, reveals: bool, as_json: bool) -> None:
    from functools import partial

    from holdfast.observability.family import joined
    from holdfast.surfaces.cli.asking.looking import look, traces_below
    from holdfast.surfaces.cli.asking.revealing import masking
    from holdfast.surfaces.cli.asking.stores import reading, store_url
    from holdfast.surfaces.cli.showing.records import trace_record, write_json
    from holdfast.surfaces.cli.showing.terminal import out
    from holdfast.surfaces.cli.showing.waterfall import print_trace

    async with reading(store) as runtime:
        run = await runtime.run(run_id)
        masks = partial(masking, url=store_url(store), command="trace", reveals=reveals)
        seen = await look(run, store_url(store), await masks(run))
        below, left_out = await traces_below(runtime, run, masks)
    trace = joined(seen.trace, below)
    if as_json:
        write_json(trace_record(trace, seen.totals, left_out))
    else:
        print_trace(trace, seen.totals, seen.now, out(), shows_all=shows_all, left_out=left_out)
