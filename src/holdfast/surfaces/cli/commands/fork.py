"""``holdfast fork RUN``: begins another run with the history of this one, and stays with it."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, QuietOption, RunArgument, StoreOption
from holdfast.surfaces.cli.problems import reporting

TurnOption = Annotated[int | None, typer.Option("--turn", min=1, help="Fork before this turn of an agent.")]
NodeOption = Annotated[
    str, typer.Option("--node", metavar="PATH", help="The agent's node, where several took such a turn.")
]
StepOption = Annotated[str | None, typer.Option("--step", metavar="PATH", help="Fork before this step.")]
AtOption = Annotated[
    int | None, typer.Option("--at", min=1, metavar="VERSION", help="Fork after the event of this version.")
]
ModelOption = Annotated[str | None, typer.Option("--model", help="The model of every agent from there on.")]
ModelForOption = Annotated[
    list[str] | None, typer.Option("--model-for", metavar="AGENT=MODEL", help="The model of one agent.")
]
PromptOption = Annotated[
    list[str] | None,
    typer.Option(
        "--prompt",
        metavar="[AGENT=]FILE",
        help="A system prompt in place of an agent's own; by default of the one whose turn follows.",
    ),
]
LiveOption = Annotated[
    bool, typer.Option("--live", help="Send effects in earnest; otherwise they are simulated or refused.")
]
RequestOption = Annotated[str | None, typer.Option("--request-id", help="Your own id: the same one twice is one fork.")]
TokensOption = Annotated[int | None, typer.Option("--budget-tokens", min=1, help="The most tokens it may use.")]
UsdOption = Annotated[float | None, typer.Option("--budget-usd", min=0, help="The most it may cost.")]
TurnsOption = Annotated[int | None, typer.Option("--turns", min=1, help="The most turns its agents may take.")]
SecondsOption = Annotated[float | None, typer.Option("--seconds", min=0, help="The longest it may take.")]
ByOption = Annotated[str | None, typer.Option("--by", show_default="your user name", help="Who says so.")]
NoteOption = Annotated[str, typer.Option("--note", help="Why, for the record.")]


def fork(
    run: RunArgument,
    turn: TurnOption = None,
    step: StepOption = None,
    at: AtOption = None,
    node: NodeOption = "",
    model: ModelOption = None,
    model_for: ModelForOption = None,
    prompt: PromptOption = None,
    is_live: LiveOption = False,
    budget_tokens: TokensOption = None,
    budget_usd: UsdOption = None,
    turns: TurnsOption = None,
    seconds: SecondsOption = None,
    request_id: RequestOption = None,
    by: ByOption = None,
    note: NoteOption = "",
    store: StoreOption = None,
    as_json: JsonOption = False,
    is_quiet: QuietOption = False,
) -> None:
    """Begin a run with this one's history, by default up to its last turn or step. The run itself is left alone."""
    import asyncio

    from holdfast.surfaces.cli.asking.fork_wish import ForkWish, place, prompts_of
    from holdfast.surfaces.cli.pursuing.begin import models_by_agent
    from holdfast.surfaces.cli.pursuing.forking import fork_run

    with reporting(as_json=as_json):
        wish = ForkWish(
            at=place(turn, node, step, at),
            is_live=is_live,
            model=model,
            models=models_by_agent(tuple(model_for or ())),
            prompts=prompts_of(prompt or ()),
            limits={"tokens": budget_tokens, "usd": budget_usd, "turns": turns, "seconds": seconds},
            request_id=request_id,
            by=by,
            note=note,
        )
        code = asyncio.run(fork_run(run, wish, store, as_json=as_json, is_quiet=is_quiet))
    raise typer.Exit(code)
