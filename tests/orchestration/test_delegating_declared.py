"""The orchestrator never executes and workers never plan: it cannot be said, by types, and is refused where it is."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from holdfast import Agent, App, Budget, Prompt, Provided, Variables, tool
from holdfast.delegation import Answer, Department, Done, Orchestrator, Report, Worker, delegate
from holdfast.flow import AgentNode
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.application.app import App as AnyApp
from tests.orchestration.office import CHIEF, Errand, Receipt, Shop, buyer, office

SHOP = Shop(VirtualClock())
CLERK = Agent("clerk", prompt=Prompt("clerk", "You buy."), model="scripted")
ROOT = Path(__file__).parents[2]
SNIPPETS = Path(__file__).parent / "snippets"


@tool(effect=Effect.READ)
async def remember(what: str, *, variables: Provided[Variables]) -> str:
    """Keep it."""
    return what


async def forgetful(task: Errand, answer: Answer | None, *, variables: Provided[Variables]) -> Report[Receipt]:
    """Buy, and keep a note."""
    return Done(Receipt(task.what))


async def of_other_tasks(task: str, answer: Answer | None) -> Report[Receipt]:
    """Buy something else."""
    return Done(Receipt(task))


async def that_only_gives(task: Errand, answer: Answer | None) -> Receipt:
    """Give it."""
    return Receipt(task.what)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"function": None}, "expected an agent or a function, found neither"),
        ({"agent": CLERK}, "expected an agent or a function, found both"),
        ({"function": forgetful}, "expected a function that keeps nothing, for a worker is stateless"),
        ({"function": of_other_tasks}, "expected a function of its input and an Answer | None"),
        ({"function": that_only_gives}, "expected a function that returns"),
        ({"name": "Buyer"}, "cannot stand in a step path"),
        ({"questions_max": -1}, "expected questions_max of at least 0, found -1"),
        ({"budget": Budget(turns=-1)}, "expected a budget with turns of at least 0"),
        (
            {"function": None, "agent": Agent("a", prompt=Prompt("a", "A."), model="m", output=int)},
            "expected its agent to have no output",
        ),
        (
            {"function": None, "agent": Agent("a", prompt=Prompt("a", "A."), model="m", tools=(remember,))},
            "expected tools that keep nothing, for a worker is stateless, found that remember takes Variables",
        ),
    ],
)
def test_what_is_no_worker_is_refused_when_it_is_declared(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(DefinitionError, match=re.escape(told)):
        buyer(SHOP, **changes)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"rounds_max": 0}, "expected rounds_max of at least 1"),
        ({"tasks_max": 0}, "expected tasks_max of at least 1"),
        ({"workers": ()}, "expected a number of workers of at least 1"),
        ({"workers": (buyer(SHOP), buyer(SHOP))}, "expected names of their own, found 'buyer' twice"),
        ({"workers": (buyer(SHOP, name="office"),)}, "expected names of their own, found 'office' twice"),
        ({"workers": (buyer(SHOP).app,)}, "an app that plans can be a Department"),
        ({"workers": (CHIEF,)}, "expected workers and departments, found Orchestrator"),
        ({"orchestrator": CLERK}, "expected an Orchestrator, found Agent"),
        ({"budget": Budget(tokens=1_000)}, "expected the budget of 'buyer' to limit tokens as its own does"),
        (
            {"synthesise": Agent("a", prompt=Prompt("a", "They say {{ results }}."), model="m")},
            "expected prompt 'a' not to name what is untrusted, found results",
        ),
    ],
)
def test_what_is_no_delegation_is_refused_when_it_is_declared(changes: dict[str, Any], told: str) -> None:
    declared = {"name": "office", "orchestrator": CHIEF, "workers": (buyer(SHOP),), **changes}
    with pytest.raises(DefinitionError, match=re.escape(told)):
        delegate(**declared)


def test_an_orchestrator_has_no_place_for_a_tool_and_a_worker_none_for_a_flow() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'tools'"):
        Orchestrator(prompt=CHIEF.prompt, model="m", tools=(remember,))  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'flow'"):
        Worker(name="w", about="", input=Errand, output=Receipt, flow=AgentNode("w", "a"))  # type: ignore[call-arg]


def test_the_types_alone_say_who_may_do_what() -> None:
    """Each line of the snippet that must not pass names, in a comment, what mypy has to say of it."""
    found = subprocess.run(  # our own file
        [sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context", str(SNIPPETS / "delegating.py")],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    said = {(int(line), rule) for line, rule in re.findall(r"\.py:(\d+): error: .*\[([a-z-]+)\]", found.stdout)}
    lines = (SNIPPETS / "delegating.py").read_text(encoding="utf-8").splitlines()
    wanted = {(n, rule) for n, line in enumerate(lines, 1) for rule in re.findall(r"# refused: ([a-z-]+)", line)}
    assert said == wanted, found.stdout + found.stderr
    assert len(wanted) == 6


def test_the_same_delegation_has_the_same_definitions_and_another_worker_changes_them() -> None:
    @dataclass(frozen=True)
    class Bill:
        amount: int

    async def bill(task: Errand, answer: Answer | None) -> Report[Bill]:
        """Give a bill."""
        return Done(Bill(1))

    plain = office(buyer(SHOP))
    assert plain.version == office(buyer(SHOP)).version
    others = (buyer(SHOP, about="sells things"), buyer(SHOP, output=Bill, function=bill))
    versions = {plain.version, *(office(other).version for other in others), office(buyer(SHOP), rounds_max=2).version}
    assert len(versions) == 4


def test_an_app_of_any_kind_can_be_a_department() -> None:
    inner = App("inner", AgentNode("inner", "clerk"), agents=(CLERK,))
    app = office(Department(app=inner, about="does it"), buyer(SHOP))
    assert isinstance(app, AnyApp)
    with pytest.raises(DefinitionError, match="expected a budget with usd of at least 0"):
        Department(app=inner, about="does it", budget=Budget(usd=-1.0))


def test_policies_are_read_beside_the_file_that_declares_a_worker_or_a_delegation() -> None:
    with pytest.raises(DefinitionError, match=re.escape(str(Path(__file__).parent / "none.cedar"))):
        Worker(name="w", about="buys", input=Errand, output=Receipt, function=SHOP.run, policies=("none.cedar",))
    with pytest.raises(DefinitionError, match=re.escape(str(Path(__file__).parent / "none.cedar"))):
        delegate("office", CHIEF, [buyer(SHOP)], policies=("none.cedar",))
