"""``holdfast decide RUN STEP``: answers a question, or says what became of a call in doubt; its run goes on."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, QuietOption, RunArgument, StoreOption
from holdfast.surfaces.cli.problems import reporting

StepArgument = Annotated[
    str | None,
    typer.Argument(metavar="[STEP]", help="The path, as 'inbox' lists it; not needed if there is one."),
]
ChooseOption = Annotated[str | None, typer.Option("--choose", metavar="OPTION", help="Decide what is asked.")]
ValueOption = Annotated[str | None, typer.Option("--value", metavar="JSON", help="What is given beside the choice.")]
HappenedOption = Annotated[bool, typer.Option("--happened", help="It was done.")]
ResultOption = Annotated[str | None, typer.Option("--result", metavar="JSON", help="What it gave, if it happened.")]
DidNotOption = Annotated[bool, typer.Option("--did-not", help="It was not done: make it again if it is still wanted.")]
AbandonOption = Annotated[bool, typer.Option("--abandon", help="Nobody will ever know: let the step fail.")]
ByOption = Annotated[str | None, typer.Option("--by", show_default="your user name", help="Who decides.")]
NoteOption = Annotated[str, typer.Option("--note", help="Why, or how you know; for the record.")]


def decide(
    run: RunArgument,
    step: StepArgument = None,
    choice: ChooseOption = None,
    value: ValueOption = None,
    is_happened: HappenedOption = False,
    result: ResultOption = None,
    is_not: DidNotOption = False,
    is_abandoned: AbandonOption = False,
    by: ByOption = None,
    note: NoteOption = "",
    store: StoreOption = None,
    as_json: JsonOption = False,
    is_quiet: QuietOption = False,
) -> None:
    """Answer what a run asks, or say what became of a call in doubt. The command stays with the run that goes on."""
    import asyncio

    from holdfast.surfaces.cli.asking.word import Said, read_word
    from holdfast.surfaces.cli.pursuing.again import decide_run

    with reporting(as_json=as_json):
        said = Said(
            choice=choice,
            value=value,
            is_happened=is_happened,
            result=result,
            is_not=is_not,
            is_abandoned=is_abandoned,
        )
        word = read_word(step, said, by, note)
        code = asyncio.run(decide_run(run, word, store, as_json=as_json, is_quiet=is_quiet))
    raise typer.Exit(code)
