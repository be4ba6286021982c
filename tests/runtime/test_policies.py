"""Policies under a whole run: what is denied is not done, the run lives with it, and the journal says which rule."""

import subprocess
import sys
from pathlib import Path

import pytest

from holdfast import App, Autonomy, Effect, IdempotencyKey, tool
from holdfast.flow import AgentNode, FunctionNode, ToolNode
from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.scripted import Script
from holdfast.journal.events import Event, StepEnded, StepIntended
from holdfast.kernel.errors import DefinitionError, RunFailed
from holdfast.kernel.outcomes import ErrorKind, Outcome
from tests.runtime.stage import Stage, desk, events_of, of_kind

SMALL = """@id("small") @advice("ask a colleague")
permit (principal == Agent::"desk", action == Action::"refund", resource)
when { context.args.amount <= 100 };
"""


class Shop:
    """A shop whose refunds are counted, and its app."""

    def __init__(self, policies: Path | tuple[()] = (), **changes: object) -> None:
        self.refunded = list[int]()

        @tool(effect=Effect.KEYED)
        async def refund(amount: int, *, key: IdempotencyKey) -> str:
            """Refund."""
            self.refunded.append(amount)
            return "refunded"

        self.refund = refund
        agents = [desk(tools=[refund], **changes)]
        self.app = App("shop", AgentNode("shop", "desk"), agents=agents, policies=policies)


async def played(app: App, script: Script) -> tuple[object, list[Event]]:
    """Run ``app`` and return its result and what is on record."""
    stage = Stage()
    async with stage.runtime(script, apps=[app]) as runtime:
        run = await runtime.start(app.name, "hello", user="ada")
        result = await stage.result(run)
        return result, await events_of(run)


def file_of(folder: Path, text: str) -> Path:
    (folder / "shop.cedar").write_text(text, encoding="utf-8")
    return folder


async def test_what_is_permitted_is_done_and_what_is_not_is_told_to_the_model(tmp_path: Path) -> None:
    shop = Shop(file_of(tmp_path, SMALL))
    script = [call("refund", {"amount": 101}), call("refund", {"amount": 100}), answer("done")]
    result, events = await played(shop.app, script)
    denied, done = of_kind(events, StepEnded)
    (intended,) = of_kind(events, StepIntended)
    assert (result, shop.refunded) == ("done", [100])
    assert denied.fault is not None
    assert (denied.outcome, denied.fault.kind, denied.fault.hint) == (
        Outcome.REFUSED,
        ErrorKind.DENIED,
        "ask a colleague",
    )
    assert "small would in others" in denied.fault.message
    assert (intended.policies, intended.autonomy, done.outcome) == (("small",), "", Outcome.SUCCEEDED)


async def test_the_level_of_an_agent_is_on_record_with_each_call() -> None:
    shop = Shop(autonomy=Autonomy.AUTONOMOUS)
    _, events = await played(shop.app, [call("refund", {"amount": 1}), answer("done")])
    (intended,) = of_kind(events, StepIntended)
    assert (intended.autonomy, intended.policies) == ("autonomous", ("granted",))


async def test_an_agent_that_only_suggests_changes_nothing() -> None:
    shop = Shop(autonomy=Autonomy.SUGGEST)
    result, events = await played(shop.app, [call("refund", {"amount": 1}), answer("somebody should refund 1")])
    (ended,) = of_kind(events, StepEnded)
    assert (result, shop.refunded, ended.policies) == (
        "somebody should refund 1",
        [],
        ("autonomy:desk:suggest",),
    )


async def test_an_app_without_policies_asks_nobody() -> None:
    shop = Shop()
    _, events = await played(shop.app, [call("refund", {"amount": 1}), answer("done")])
    (intended,) = of_kind(events, StepIntended)
    assert (shop.refunded, intended.policies) == ([1], ())


async def test_a_node_of_the_flow_that_is_a_tool_is_governed_too(tmp_path: Path) -> None:
    shop = Shop()
    flow = ToolNode("pay", "refund", "{'amount': 5}")
    policies = file_of(tmp_path, '@id("it") permit (principal == Node::"pay", action, resource);')
    _, events = await played(App("pay", flow, tools=[shop.refund], policies=policies), [])
    (intended,) = of_kind(events, StepIntended)
    assert (shop.refunded, intended.policies) == ([5], ("it",))


async def test_policies_that_do_not_fit_stop_the_app_before_it_runs(tmp_path: Path) -> None:
    shop = Shop(file_of(tmp_path, 'permit (principal, action == Action::"refnd", resource);'))
    with pytest.raises(DefinitionError, match="there is no tool 'refnd': did you mean refund"):
        await played(shop.app, [answer("never")])


async def test_policies_that_are_tightened_bind_the_runs_in_flight(tmp_path: Path) -> None:
    before = Shop(file_of(tmp_path, SMALL))
    after = Shop(file_of(tmp_path, "// nothing may be done any more"))
    assert before.app.definitions == after.app.definitions


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ({"policies": "nowhere"}, "expected a file of policies"),
        ({"policies": "."}, r"found no file \*.cedar"),
    ],
)
def test_policies_that_are_not_there_are_told(tmp_path: Path, declared: dict[str, str], told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        Shop(tmp_path / declared["policies"])


def test_a_permission_that_nothing_can_give_is_told() -> None:
    @tool(effect=Effect.READ, permission="orders")
    async def look() -> str:
        """Look."""
        return ""

    with pytest.raises(DefinitionError, match=r"needs the permission 'orders', and app 'shop' has no policies"):
        App("shop", AgentNode("shop", "desk"), agents=[desk(tools=[look])])


async def test_functions_of_the_flow_need_no_permit_and_can_be_forbidden(tmp_path: Path) -> None:
    counted = list[int]()

    @tool(effect=Effect.READ)
    async def count(n: int) -> int:
        """Count."""
        counted.append(n)
        return n

    flow = FunctionNode("count", "count", "{'n': 5}")
    permitted = App("count", flow, functions=[count], policies=file_of(tmp_path, "// nothing of its own"))
    _, events = await played(permitted, [])
    assert (counted, of_kind(events, StepIntended)[0].policies) == ([5], ("functions",))
    forbids = 'forbid (principal, action == Action::"count", resource) when { context.args.n > 3 };'
    with pytest.raises(RunFailed, match=r"denied by shop.cedar#1"):
        await played(App("count", flow, functions=[count], policies=file_of(tmp_path, forbids)), [])
    assert counted == [5]


def test_a_tool_that_asks_below_a_confidence_takes_one() -> None:
    @tool(effect=Effect.UNSAFE, ask_below_confidence=0.5)
    async def send(text: str) -> str:
        """Send."""
        return text

    with pytest.raises(DefinitionError, match=r"tool send: expected an argument 'confidence: float'"):
        App("shop", AgentNode("shop", "desk"), agents=[desk(tools=[send])])


def test_cedar_is_loaded_only_for_an_app_that_has_something_to_decide_by() -> None:
    script = (
        "import sys; from holdfast import Agent, App, Prompt, Runtime; from holdfast.flow import AgentNode;"
        "from holdfast.runtime.deciding import decides_for;"
        "agent = Agent('desk', Prompt('desk', 'x'), 'm');"
        "decides_for(App('a', AgentNode('a', 'desk'), agents=[agent]));"
        "print('cedarpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
