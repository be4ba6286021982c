"""``holdfast requeue RUN…`` and ``holdfast drop RUN…``: what becomes of runs that failed."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, QuietOption, StoreOption
from holdfast.surfaces.cli.problems import reporting

RunsArgument = Annotated[list[str], typer.Argument(metavar="RUN...", help="The runs' ids, or the ends of them.")]
FromOption = Annotated[
    str, typer.Option("--from", metavar="STEP", help="Do this step and all that follows on it again, by its path.")
]
RepeatOption = Annotated[
    bool, typer.Option("--repeat-effects", help="Even what was done already and has consequences.")
]
TokensOption = Annotated[int | None, typer.Option("--tokens", min=1, help="Raise the limit of tokens to this.")]
UsdOption = Annotated[float | None, typer.Option("--usd", min=0, help="Raise the limit of cost to this.")]
TurnsOption = Annotated[int | None, typer.Option("--turns", min=1, help="Raise the limit of turns to this.")]
CallsOption = Annotated[int | None, typer.Option("--tool-calls", min=1, help="Raise the limit of tool calls to this.")]
DepthOption = Annotated[int | None, typer.Option("--depth", min=0, help="Raise the levels of child runs to this.")]
FanOutOption = Annotated[int | None, typer.Option("--fan-out", min=0, help="Raise the child runs and items to this.")]
DescendantsOption = Annotated[int | None, typer.Option("--descendants", min=0, help="Raise the runs below it to this.")]
ByOption = Annotated[str | None, typer.Option("--by", show_default="your user name", help="Who says so.")]
NoteOption = Annotated[str, typer.Option("--note", help="Why, for the record.")]


def requeue(
    runs: RunsArgument,
    from_step: FromOption = "",
    repeats_effects: RepeatOption = False,
    tokens: TokensOption = None,
    usd: UsdOption = None,
    turns: TurnsOption = None,
    tool_calls: CallsOption = None,
    depth: DepthOption = None,
    fan_out: FanOutOption = None,
    descendants: DescendantsOption = None,
    by: ByOption = None,
    note: NoteOption = "",
    store: StoreOption = None,
    as_json: JsonOption = False,
    is_quiet: QuietOption = False,
) -> None:
    """Have runs go on that failed, from where they failed; what succeeded is kept. What waits for a retry tries now."""
    import asyncio

    from holdfast.kernel.limits import Budget
    from holdfast.surfaces.cli.asking.wish import read_wish
    from holdfast.surfaces.cli.pursuing.once_more import requeue_runs

    with reporting(as_json=as_json):
        budget = Budget(
            tokens=tokens,
            usd=usd,
            turns=turns,
            tool_calls=tool_calls,
            depth=depth,
            fan_out=fan_out,
            descendants=descendants,
        )
        wish = read_wish(from_step, repeats_effects=repeats_effects, budget=budget, by=by, note=note)
        code = asyncio.run(requeue_runs(runs, wish, store, as_json=as_json, is_quiet=is_quiet))
    raise typer.Exit(code)


def drop(
    runs: RunsArgument,
    by: ByOption = None,
    note: NoteOption = "",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take runs out of the list of dead letters. They stay as they ended, and can still be requeued."""
    import asyncio

    from holdfast.surfaces.cli.pursuing.once_more import drop_runs

    with reporting(as_json=as_json):
        code = asyncio.run(drop_runs(runs, by, note, store, as_json=as_json))
    raise typer.Exit(code)
