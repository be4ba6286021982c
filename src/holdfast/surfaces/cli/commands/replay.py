"""``holdfast replay RUN --turn N``: the exact prompt of one turn."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, RevealOption, RunArgument, StoreOption
from holdfast.surfaces.cli.problems import reporting

TurnOption = Annotated[int, typer.Option("--turn", min=1, help="Which turn of the agent.")]
NodeOption = Annotated[
    str, typer.Option("--node", metavar="PATH", help="The agent's node, where several took such a turn.")
]
AttemptOption = Annotated[
    int | None, typer.Option("--attempt", min=1, show_default="the last", help="Which attempt of that turn.")
]


def replay(
    run: RunArgument,
    turn: TurnOption,
    node: NodeOption = "",
    attempt: AttemptOption = None,
    reveals: RevealOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the model was sent in that turn, checked against its digest. Exact to the byte with --json --reveal."""
    import asyncio

    with reporting(as_json=as_json):
        asyncio.run(_replay(run, turn, node, attempt, store, reveals=reveals, as_json=as_json))


async def _replay(
    run_id: str, turn: int, node: str, attempt: int | None, store: str | None, *, reveals: bool, as_json: bool
) -> None:
    from holdfast.surfaces.cli.asking.revealing import masking
    from holdfast.surfaces.cli.asking.stores import reading, store_url
    from holdfast.surfaces.cli.showing.prompt_page import print_prompt, prompt_record
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    async with reading(store) as runtime:
        run = await runtime.run(run_id)
        masked = await masking(run, store_url(store), "replay", reveals=reveals)
        sent = masked.struct(await run.prompt(turn, node, attempt))
    if as_json:
        write_json(prompt_record(run.id, sent))
    else:
        print_prompt(sent, out())
