"""``holdfast reconcile RUN TURN``: says what a model call has consumed whose reply was never seen."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, RunArgument, StoreOption
from holdfast.surfaces.cli.problems import reporting

TurnArgument = Annotated[
    str | None,
    typer.Argument(metavar="[TURN]", help="The turn, as 'show' lists it; not needed if one call is charged unseen."),
]
AttemptOption = Annotated[int | None, typer.Option("--attempt", help="Which attempt of that turn, if several.")]
InputOption = Annotated[int, typer.Option("--input-tokens", min=0, help="Cached ones too.")]
OutputOption = Annotated[int, typer.Option("--output-tokens", min=0)]
CachedOption = Annotated[int, typer.Option("--cached-tokens", min=0)]
CostOption = Annotated[float | None, typer.Option("--usd", min=0, show_default="their price", help="What was billed.")]
ByOption = Annotated[str | None, typer.Option("--by", show_default="your user name", help="Who says so.")]
NoteOption = Annotated[str, typer.Option("--note", help="Where you have looked it up, for the record.")]


def reconcile(
    run: RunArgument,
    turn: TurnArgument = None,
    input_tokens: InputOption = 0,
    output_tokens: OutputOption = 0,
    cached_tokens: CachedOption = 0,
    usd: CostOption = None,
    attempt: AttemptOption = None,
    by: ByOption = None,
    note: NoteOption = "",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Charge what a call really consumed instead of the worst; with nothing given, that it was never answered."""
    import asyncio

    from holdfast.kernel.messages import Usage
    from holdfast.surfaces.cli.pursuing.again import reconcile_call
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import err, styled

    never_answered = not input_tokens and not output_tokens and usd is None
    usage = Usage(input_tokens, output_tokens, cached_tokens, 0.0 if never_answered else usd)
    with reporting(as_json=as_json):
        call = asyncio.run(reconcile_call(run, turn, attempt, usage, store, by=by, note=note))
    if as_json:
        write_json(call)
    else:
        what = f"attempt {call.attempt} of turn {call.turn} at {call.node}"
        err().print(styled(f"{what} is charged {usage.tokens:,} tokens in place of {call.tokens:,}"))
