"""``holdfast decide RUN STEP``: answers a question, says yes or no to a call, or what became of one."""

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
ApproveOption = Annotated[bool, typer.Option("--approve", help="Say yes to a call that waits for it.")]
EditOption = Annotated[
    str | None, typer.Option("--edit", metavar="JSON", help="Say yes to it with these arguments in place of its own.")
]
RejectOption = Annotated[str | None, typer.Option("--reject", metavar="REASON", help="Say no to it.")]
DigestOption = Annotated[
    str, typer.Option("--digest", help="What is said yes to, as 'inbox' shows it; asked for at a terminal.")
]
OfOption = Annotated[str, typer.Option("--of", help="As whom: operator, or user for the end user's confirmation.")]
RoleOption = Annotated[list[str] | None, typer.Option("--role", help="A role that you decide in; may be repeated.")]
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
    is_approved: ApproveOption = False,
    edited: EditOption = None,
    rejected: RejectOption = None,
    digest: DigestOption = "",
    of: OfOption = "operator",
    roles: RoleOption = None,
    by: ByOption = None,
    note: NoteOption = "",
    store: StoreOption = None,
    as_json: JsonOption = False,
    is_quiet: QuietOption = False,
) -> None:
    """Answer a question, say yes or no to a call, or what became of one in doubt. The command stays with the run."""
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
            is_approved=is_approved,
            edited=edited,
            rejected=rejected,
            digest=digest,
            of=of,
            roles=tuple(roles or ()),
        )
        word = read_word(step, said, by, note)
        code = asyncio.run(decide_run(run, word, store, as_json=as_json, is_quiet=is_quiet))
    raise typer.Exit(code)
