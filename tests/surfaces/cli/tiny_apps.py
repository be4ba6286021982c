"""Small applications for the command line to run: each shows one thing a run can do. Their models are scripted."""

import asyncio
import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from pydantic import BaseModel
from rich.console import Console

from holdfast import Agent, App, Budget, Effect, IdempotencyKey, Prompt, ToolFailure, tool
from holdfast.flow import (
    AgentNode,
    Branch,
    Case,
    ChildNode,
    Criterion,
    DecisionNode,
    FunctionNode,
    Join,
    Map,
    Option,
    PublishNode,
    Retry,
    Review,
    Sequence,
    Start,
    Subscription,
    Topic,
    WaitNode,
)
from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.integration.tools.contract import OutcomeUnknown
from holdfast.journal.events import NodeLeft
from holdfast.orchestration.people.following import Entry
from holdfast.surfaces.cli.extension import Ask, Ended, PlainCommand
from tests.surfaces.cli.governed import governed as governed
from tests.surfaces.cli.planned import planned as planned

GATE_SECONDS_MAX = 60.0
GATE_LOOK_SECONDS = 0.01
OPEN, LOG, PIPE = "open", ".log", ".pipe"
EVIL = "\x1b]0;owned\x07[red]markup[/red]\u202eevil\udcff"
"""What a terminal must never be sent as it is."""


@tool(effect=Effect.READ)
async def look_up(word: str) -> str:
    """Look a word up."""
    return f"{word} means something"


def polite() -> ScriptedModel:
    return ScriptedModel([call("look_up", {"word": "hello"}), answer("Good morning")], name="polite")


def curt() -> ScriptedModel:
    return ScriptedModel(lambda _: answer("Hi"), name="curt")


GREETER = Agent("greeter", Prompt("greeter", "Greet."), "polite", tools=[look_up], budget=Budget(turns=5))
greet = App(
    "greet",
    AgentNode("greet", "greeter"),
    agents=[GREETER],
    models={"polite": polite, "curt": curt},
)


class Order(BaseModel):
    """An input with one field that must be given."""

    gate: Path
    times: int = 1


@tool(effect=Effect.READ, timeout_seconds=GATE_SECONDS_MAX)
async def wait_at(gate: str) -> str:
    """Say that it is here, and wait until the gate is open."""
    _say_here(gate)
    for _ in range(int(GATE_SECONDS_MAX / GATE_LOOK_SECONDS)):
        if _is_open(Path(gate)):
            return f"passed by {os.getpid()}"
        await asyncio.sleep(GATE_LOOK_SECONDS)
    return "never opened"


def _say_here(gate: str) -> None:
    """Write to the pipe beside the gate, if somebody listens there."""
    with contextlib.suppress(OSError):
        pipe = os.open(gate + PIPE, os.O_WRONLY | os.O_NONBLOCK)
        os.write(pipe, b"here")
        os.close(pipe)


def _is_open(gate: Path) -> bool:
    return gate.exists() and gate.read_text() == OPEN


@tool(effect=Effect.READ)
def note(gate: str) -> str:
    """Leave a line beside the gate each time it is called."""
    with Path(gate + LOG).open("a") as log:
        log.write("noted\n")
    return gate


gated = App(
    "gated",
    Sequence(
        "gated",
        (FunctionNode("first", "note", "{'gate': input.gate}"), FunctionNode("second", "wait_at", "{'gate': first}")),
    ),
    functions=[note, wait_at],
    input=Order,
)


@tool(effect=Effect.PURE)
async def double(number: int) -> int:
    """Double a number; seven is beyond it."""
    if number == 7:
        raise ValueError(EVIL)
    return 2 * number


wide = App(
    "wide",
    Map("wide", "input", FunctionNode("one", "double", "{'number': item}"), join=Join.BEST_EFFORT),
    functions=[double],
    input=list[int],
)
strict = App("strict", FunctionNode("strict", "double", "{'number': input}"), functions=[double], input=int)

picky = App(
    "picky",
    FunctionNode("picky", "double", "{'number': input}"),
    functions=[double],
    input=int,
    review=Review(
        criteria=(Criterion("is_large", "result > 10", otherwise="make it larger"),),
        revise=FunctionNode("larger", "double", "{'number': result}"),
        rounds_max=1,
    ),
)


@tool(effect=Effect.UNSAFE)
async def send(text: str) -> str:
    """Send a letter that may or may not arrive."""
    raise OutcomeUnknown("the line went dead")


@tool(effect=Effect.PURE)
def say_again(text: str) -> str:
    """Say it again."""
    return text


doubtful = App("doubtful", FunctionNode("doubtful", "send", "{'text': input}"), functions=[send])
boss = App(
    "boss",
    Sequence(
        "boss",
        (ChildNode("greeting", "greet", "input"), ChildNode("letter", "doubtful", "greeting", Budget(turns=2))),
    ),
)


asking = App(
    "asking",
    Sequence(
        "asking",
        (
            DecisionNode(
                "ask",
                "'Send ' + input + '?'",
                (Option("send", "'everybody reads ' + input"), "not yet"),
                goal="'announce it'",
                details="{'text': input}",
                deadline_seconds=86_400,
                at_deadline="not yet",
            ),
            Branch("then", (Case("ask.choice == 'send'", FunctionNode("said", "say_again", "{'text': input}")),)),
        ),
    ),
    functions=[say_again],
)
wondering = App("wondering", DecisionNode("wondering", "'What now?'", options=()))
pausing = App("pausing", WaitNode("pausing", until="input"))


@tool(effect=Effect.KEYED)
async def enter(door: str, *, key: IdempotencyKey) -> str:
    """Go in."""
    return door


@tool(effect=Effect.UNSAFE)
def buy(door: str) -> str:
    """Buy something, if the door is open."""
    if not Path(door).exists():
        raise ToolFailure("the shop is closed", retryable=True)
    return "bought"


shop = App(
    "shop",
    Sequence(
        "shop", (FunctionNode("enter", "enter", "{'door': input}"), FunctionNode("buy", "buy", "{'door': enter}"))
    ),
    functions=[enter, buy],
)
PATIENT = Retry(attempts_max=2, seconds_first=86_400.0, seconds_max=86_400.0)
stall = App(
    "stall",
    Sequence("stall", (FunctionNode("buy", "buy", "{'door': input}", retry=PATIENT),)),
    functions=[buy],
)


class Shouting(msgspec.Struct, frozen=True):
    """What the command of ``shout`` remembers of its options."""

    is_loud: bool
    fails_on: str | None


class ShoutMaker:
    """Makes a megaphone, apart from the command that uses it."""

    def init(
        self, folder: Path, size: Annotated[int, typer.Option("--size", min=1, help="How large.")] = 1
    ) -> list[str]:
        """Make a megaphone."""
        (folder / "megaphone").write_text(str(size))
        return [f"made a megaphone of size {size}"]


shout_maker = ShoutMaker()


class ShoutCommand(PlainCommand):
    """A command of its own: other arguments, other words, another exit code."""

    def __init__(self) -> None:
        super().__init__("shout")

    def ask(  # type: ignore[override]  # every command has arguments of its own
        self,
        words: Annotated[list[str], typer.Argument(help="What to shout.")],
        loud: Annotated[bool, typer.Option("--loud", help="Louder.")] = False,
        fail_on: Annotated[str | None, typer.Option("--fail-on", help="Exit with 1 on this word.")] = None,
    ) -> Ask:
        """Shout something."""
        return Ask(" ".join(words), Shouting(loud, fail_on))

    def progress_line(self, entry: Entry) -> str | None:
        return "it is out" if isinstance(entry.event, NodeLeft) else None

    async def record(self, ended: Ended, options: object) -> Mapping[str, object]:
        return {"shouted": self._told(ended, options)}

    async def show(self, ended: Ended, options: object, console: Console) -> None:
        console.print(self._told(ended, options))

    def exit_code(self, ended: Ended, options: object) -> int:
        return int(
            isinstance(options, Shouting) and options.fails_on is not None and options.fails_on in str(ended.value)
        )

    def _told(self, ended: Ended, options: object) -> str:
        is_loud = isinstance(options, Shouting) and options.is_loud
        return str(ended.value).upper() if is_loud else str(ended.value)


@tool(effect=Effect.PURE)
async def repeat(text: str) -> str:
    """Give back what it was given."""
    return text


shout = App("shout", FunctionNode("shout", "repeat", "{'text': input}"), functions=[repeat])
shout_command = ShoutCommand()


PARCELS = Topic("parcels.left", dict[str, str])
courier = App(
    "courier",
    PublishNode("courier", "parcels.arrived", "{'to': input.to}", key="input.to"),
    input=dict[str, str],
    topics=[PARCELS, Topic("parcels.arrived")],
    subscribes=[Subscription("courier_on_left", PARCELS, start=Start.EARLIEST)],
)
