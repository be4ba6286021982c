"""``holdfast tail RUN``: follows a run event by event, from any terminal."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, RevealOption, RunArgument, StoreOption
from holdfast.surfaces.cli.problems import reporting

AfterOption = Annotated[int, typer.Option("--after", min=0, help="Begin above this version of the run's journal.")]
FollowOption = Annotated[bool, typer.Option("--follow/--no-follow", help="Wait for what is still to come.")]


def tail(
    run: RunArgument,
    after: AfterOption = 0,
    follow: FollowOption = True,
    reveals: RevealOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follow a run, one line an event, until it is over or parked; Ctrl-C stops looking, not the run."""
    import asyncio

    with reporting(as_json=as_json):
        asyncio.run(_tail(run, store, after, follow=follow, reveals=reveals, as_json=as_json))


async def _tail(run_id: str, store: str | None, after: int, *, follow: bool, reveals: bool, as_json: bool) -> None:
    from holdfast.journal.events import RunParked
    from holdfast.surfaces.cli.asking.revealing import masking
    from holdfast.surfaces.cli.asking.stores import reading, store_url
    from holdfast.surfaces.cli.showing.records import event_record, write_json
    from holdfast.surfaces.cli.showing.tail_line import tail_line
    from holdfast.surfaces.cli.showing.terminal import err, out, styled
    from holdfast.surfaces.cli.showing.wording import short_id

    console = out()
    async with reading(store) as runtime:
        run = await runtime.run(run_id)
        began_at = (await run.head()).created_at
        masked = await masking(run, store_url(store), "tail", reveals=reveals)
        async for recorded in run.events(after, follow=follow):
            entry = masked.entry(recorded)
            if as_json:
                write_json(event_record(entry))
                continue
            console.print(tail_line(entry, began_at), soft_wrap=True)
            if follow and isinstance(entry.event, RunParked) and entry.version == (await run.head()).version:
                told = f"it waits; go on with: holdfast resume {short_id(run.id)}"
                err().print(styled(told, style="yellow"), soft_wrap=True)
