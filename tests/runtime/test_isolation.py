"""Many customers at once, with the same agents in one process: no prompt of one holds anything of another."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import Agent, App, Effect, Private, Provided, Runtime, Variables, tool
from holdfast.integration.gateway.lines import Line, answer, call, calls
from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.nodes import AgentNode, Block, ChildNode, Map, Node, Parallel, Sequence
from holdfast.prompts.prompt import Prompt
from tests.runtime.stage import SCRIPTED, Stage

CANARY = re.compile(r"canary-\d+-\d+")
"""What each customer has planted: in the request, in the data that tools find, in variables, in what agents keep."""
LONG = "a long history of orders, "
"""Enough to make results that are kept apart and paged."""


def canary(customer: int, place: int) -> str:
    return f"canary-{customer}-{place}"


def customers(text: str) -> set[int]:
    """Return whose canaries are in ``text``."""
    return {int(found.split("-")[1]) for found in CANARY.findall(text)}


@tool(effect=Effect.READ)
async def orders(customer: int) -> str:
    """Look up a customer's orders."""
    return f"{canary(customer, 2)} {LONG * 1_000}"


@tool(effect=Effect.PURE)
async def keep(customer: int, *, mine: Provided[Private]) -> object:
    """Keep something of a customer for later."""
    before = mine.get("kept", "nothing")
    mine.put("kept", f"{before} {canary(customer, 3)}")
    return before


@tool(effect=Effect.PURE)
async def remember(customer: int, *, variables: Provided[Variables]) -> object:
    """Remember something of a customer in the run."""
    before = variables.get("known", "nothing")
    variables.put("known", f"{before} {canary(customer, 4)}")
    return before


TOOLS = (orders, keep, remember)


class Clerk:
    """A model that looks up whoever asks, keeps and remembers something, and repeats all it was shown."""

    def __init__(self) -> None:
        self.prompts: list[str] = []

    def __call__(self, request: ModelRequest) -> Line:
        prompt = repr(request)
        self.prompts.append(prompt)
        found = customers(prompt)
        customer = min(found, default=0)
        match int(request.step.rpartition("turn.")[2]):
            case 1:
                return calls(call("orders", {"customer": customer}), call("keep", {"customer": customer}))
            case 2:
                return call("remember", {"customer": customer})
            case _:
                return answer(" ".join(sorted(set(CANARY.findall(prompt)))))


def agents() -> tuple[Agent, ...]:
    """Return the agents that all customers share: some whose replies are kept, some with a task of their own."""
    desk = Agent("desk", Prompt("desk", "You are a desk."), SCRIPTED, tools=TOOLS, cached=True)
    back = Agent(
        "back", Prompt("back", "You are a back office."), SCRIPTED, tools=TOOLS, task=Prompt("t", "{{ told }}")
    )
    return desk, back


def apps(shape: str) -> list[App]:
    """Return an app of that shape, and the one it begins runs of."""
    inner: dict[str, Node] = {
        "steps": Sequence("root", (AgentNode("one", "desk", "input"), AgentNode("two", "back", "{'told': one}"))),
        "parallel": Parallel("root", (AgentNode("one", "desk", "input"), AgentNode("two", "back", "{'told': input}"))),
        "map": Map("root", "[1, 2, 3]", AgentNode("each", "desk", "input + str(item)"), at_once_max=2),
        "block": Sequence(
            "root",
            (
                Block("all", AgentNode("one", "desk", "input")),
                AgentNode("two", "back", "{'told': str(variables.known)}"),
            ),
        ),
        "child": Parallel("root", (ChildNode("kid", "kid", "input"), AgentNode("one", "desk", "input"))),
    }
    kid = App("kid", AgentNode("kid", "back", "{'told': input}"), agents=agents())
    return [App("root", inner[shape], agents=agents()), kid]


SHAPES = ("steps", "parallel", "map", "block", "child")


async def served(runtime: Runtime, shape: str, count: int, ended: Any) -> None:
    """Serve every customer twice at the same time, and look through all that was kept of each run."""
    runs = {}
    for number in range(count * 2):
        customer = number % count + 1
        run = await runtime.start(
            "root", f"I am {canary(customer, 1)}", session=f"customer-{customer}", request_id=f"{shape} {number}"
        )
        runs[run.id] = customer
    for identity, customer in runs.items():
        state = await ended(await runtime.run(identity))
        assert state.outcome is Outcome.SUCCEEDED, state.fault
        family = [identity, *(child for child in state.children)]
        for each in family:
            archive = await runtime.upkeep.archive(each)
            held = b"".join([*(event.body for event in archive.events), *(one.body for one in archive.payloads)])
            assert customers(held.decode("utf-8", "replace")) == {customer}, f"run {each} of customer {customer}"


def check_prompts(clerk: Clerk, count: int) -> None:
    """No prompt holds the canaries of two, and every customer was served."""
    assert all(len(customers(prompt)) == 1 for prompt in clerk.prompts)
    assert set().union(*(customers(prompt) for prompt in clerk.prompts)) == set(range(1, count + 1))


@given(st.sampled_from(SHAPES), st.integers(2, 6), st.integers(1, 6))
def test_no_prompt_holds_what_belongs_to_another_customer(shape: str, count: int, at_once: int) -> None:
    async def play() -> Clerk:
        stage, clerk = Stage(), Clerk()
        async with stage.runtime(clerk, apps=apps(shape), runs_at_once_max=at_once) as runtime:
            await served(runtime, shape, count, stage.ended)
        return clerk

    check_prompts(asyncio.run(play()), count)


@pytest.mark.parametrize("shape", SHAPES)
async def test_nor_does_it_on_disk_nor_in_the_next_process(shape: str, tmp_path: Path) -> None:
    clerk = Clerk()
    models = {SCRIPTED: ScriptedModel(clerk)}
    for _ in range(2):
        async with Runtime.open(f"sqlite:///{tmp_path}/runs.db", apps=apps(shape), models=models) as runtime:
            await served(runtime, shape, 4, lambda run: run.wait())
    check_prompts(clerk, 4)


async def test_a_kept_reply_is_given_to_the_one_who_asked_the_same() -> None:
    stage, clerk = Stage(), Clerk()
    async with stage.runtime(clerk, apps=apps("steps")) as runtime:
        for session in ("first", "second"):
            run = await runtime.start("root", f"I am {canary(7, 1)}", session=session)
            await stage.ended(run)
    assert len([prompt for prompt in clerk.prompts if "You are a desk" in prompt]) == 3, "the second time none is asked"


def test_the_search_finds_what_is_planted() -> None:
    prompts = [f"{canary(1, 1)} and {canary(2, 3)}"]
    clerk = Clerk()
    clerk.prompts.extend(prompts)
    with pytest.raises(AssertionError):
        check_prompts(clerk, 2)
