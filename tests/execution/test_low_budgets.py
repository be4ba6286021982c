"""A budget that runs low is told once, the declared model takes over, and what was achieved is there at the end."""

from typing import Any

import pytest

from holdfast import App, Budget, RunFailed
from holdfast.integration.gateway.lines import answer, call, stall
from holdfast.integration.gateway.port import Model
from holdfast.integration.gateway.pricing.price import Price, Rate, Rates
from holdfast.integration.gateway.scripted import Script, ScriptedModel
from holdfast.journal.alerts import Alert
from holdfast.journal.events import BudgetLow, ModelCalled, ModelReplied, ModelSwitched, ReservationExceeded
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.messages import Message, Reply, Role, StopReason, Text, ToolCall, Usage
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.orchestration.flow.nodes import AgentNode, FunctionNode, Sequence
from tests.execution.talking import Shop, look_at
from tests.orchestration.bank import Bank, paying
from tests.orchestration.world import World
from tests.runtime.stage import SCRIPTED, Stage, desk, events_of, of_kind

DEAR = Price(Rates(input=Rate(10.0), output=Rate(50.0)), "test")
CHEAP = Price(Rates(input=Rate(0.1), output=Rate(0.5)), "test")


def took(input_tokens: int, output_tokens: int, usd: float, text: str = "") -> Reply:
    """Return a reply that looks at the door, or says ``text``, with that usage."""
    usage = Usage(input_tokens, output_tokens, cost_usd=usd)
    if text:
        return Reply(Message(Role.ASSISTANT, (Text(text),)), StopReason.END_TURN, usage, SCRIPTED)
    parts = (Text("let me see"), ToolCall("c", "look", '{"at": "door"}'))
    return Reply(Message(Role.ASSISTANT, parts), StopReason.TOOL_USE, usage, SCRIPTED)


def looking(**changes: Any) -> Any:
    return desk(tools=[look_at(Shop())], output_tokens_max=100, loops=None, **changes)


def models(dear: Script, cheap: Script) -> dict[str, Model]:
    return {
        SCRIPTED: ScriptedModel(dear, price=DEAR),
        "small": ScriptedModel(cheap, name="small", price=CHEAP),
    }


async def test_each_limit_that_runs_low_is_told_once() -> None:
    stage, alerts = Stage(), list[Alert]()
    lines = [call("look", {"at": "door"})] * 4
    async with stage.runtime([*lines, answer("there")], on_alert=alerts.append) as runtime:
        run = await runtime.start(looking(budget=Budget(turns=5)), "look", budget=Budget(turns=6, tool_calls=5))
        state = await stage.ended(run)
        events = of_kind(await events_of(run), BudgetLow)
    told = [(event.owner, event.limit, event.spent, event.allowed, event.node) for event in events]
    assert told == [
        ("run", "tool_calls", 4, 5, ""),
        ("agent desk", "turns", 4, 5, "desk"),
        ("run", "turns", 5, 6, ""),
    ]
    assert [alert.event for alert in alerts] == events
    assert {(alert.run, alert.app, alert.tenant) for alert in alerts} == {(run.id, "desk", "default")}
    assert [low.limit for low in state.low] == ["tool_calls", "turns"]


async def test_a_limit_that_is_raised_may_run_low_again() -> None:
    stage = Stage()
    lines = [call("look", {"at": "door"})] * 9
    async with stage.runtime(lines, apps=[looking()]) as runtime:
        run = await runtime.start("desk", "look", budget=Budget(turns=2))
        await stage.ended(run)
        await run.requeue(budget=Budget(turns=5))
        await stage.ended(run)
        events = of_kind(await events_of(run), BudgetLow)
    assert [(event.spent, event.allowed) for event in events] == [(2, 2), (4, 5)]


async def test_time_that_runs_low_is_told_when_it_does_though_nothing_else_happens() -> None:
    stage = Stage()
    async with stage.runtime([stall()]) as runtime:
        run = await runtime.start(looking(), "look", budget=Budget(seconds=100))
        state = await stage.ended(run)
        entries = [entry async for entry in run.events(follow=False)]
    (low,) = [entry for entry in entries if isinstance(entry.event, BudgetLow)]
    assert low.event == BudgetLow(owner="run", limit="seconds", spent=80.0, allowed=100.0)
    assert low.at == state.started_at + 80


async def test_a_listener_that_breaks_stops_nothing() -> None:
    def broken(alert: Alert) -> None:
        raise RuntimeError("nobody is there")

    stage = Stage()
    async with stage.runtime([answer("hi")], on_alert=broken) as runtime:
        run = await runtime.start(looking(), "look", budget=Budget(turns=1))
        assert await stage.result(run) == "hi"
    assert stage.troubles.heard == []


async def test_from_the_next_turn_on_an_agent_goes_on_with_the_model_it_declares() -> None:
    stage = Stage()
    served = models([took(100, 50, 0.085)], {"desk/turn.2": took(90, 10, 0.0001, "there")})
    async with stage.runtime(models=served) as runtime:
        run = await runtime.start(looking(economy_model="small"), "look", budget=Budget(usd=0.1))
        assert await stage.result(run) == "there"
        events = await events_of(run)
    assert [called.model for called in of_kind(events, ModelCalled)] == [SCRIPTED, "small"]
    assert of_kind(events, ModelSwitched) == [
        ModelSwitched(node="desk", model="small", before=SCRIPTED, reason="the run's budget of usd runs low")
    ]


async def test_what_one_model_has_counted_is_no_bound_for_another() -> None:
    stage = Stage()
    cheap: Script = {"desk/turn.2": took(90, 10, 0.0001), "desk/turn.3": took(90, 10, 0.0001, "there")}
    served = models([took(2, 2, 0.09)], cheap)
    async with stage.runtime(models=served) as runtime:
        run = await runtime.start(looking(economy_model="small"), "look " * 99, budget=Budget(usd=0.1))
        await stage.result(run)
        first, second, third = of_kind(await events_of(run), ModelCalled)
    assert (second.tokens_max or 0) > (first.tokens_max or 0) > (third.tokens_max or 0)


async def test_a_share_that_was_raised_runs_low_no_more() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["refused", "well"])
    dear = {"root/first": [took(100, 50, 0.085, "here")], "root/then": [took(100, 50, 0.085, "there")]}
    steps = (AgentNode("first", "plain"), paying("card", "pay"), AgentNode("then", "thrifty"))
    agents = tuple(
        desk(name=name, output_tokens_max=100, economy_model=cheaper)
        for name, cheaper in (("plain", None), ("thrifty", "small"))
    )
    app = bank.app(Sequence("root", steps, share=Budget(usd=0.1)), agents=agents)
    async with stage.runtime(models=models(dear, {"root/then": [took(1, 1, 0.0001, "small")]}), apps=[app]) as runtime:
        run = await runtime.start("root", "look")
        await stage.ended(run)
        await run.requeue(budget=Budget(usd=1.0))
        assert await stage.result(run) == "there"


async def test_a_call_that_only_the_cheaper_model_can_be_paid_for_is_made_by_that() -> None:
    stage = Stage()
    served = models([], [took(90, 10, 0.0001, "there")])
    async with stage.runtime(models=served) as runtime:
        run = await runtime.start(looking(economy_model="small"), "look", budget=Budget(usd=0.005))
        assert await stage.result(run) == "there"
        (switched,) = of_kind(await events_of(run), ModelSwitched)
    assert "the run's budget of $0.005 cannot pay a call of up to" in switched.reason


async def test_turns_and_tokens_that_run_low_are_no_reason_for_a_cheaper_model() -> None:
    stage = Stage()
    served = models([took(1_800, 5, 0.0001)] * 5 + [took(1_800, 5, 0.0001, "there")], [])
    async with stage.runtime(models=served) as runtime:
        run = await runtime.start(looking(economy_model="small"), "look", budget=Budget(turns=6, tokens=11_200))
        assert await stage.result(run) == "there"
        low = of_kind(await events_of(run), BudgetLow)
    assert sorted(event.limit for event in low) == ["tokens", "turns"]


async def test_a_model_asked_for_in_place_of_every_agent_s_own_is_the_cheaper_one_s_as_well() -> None:
    stage = Stage()
    served = {"other": ScriptedModel([took(10, 5, 0.0001), took(10, 5, 0.0001, "there")], name="other", price=DEAR)}
    async with stage.runtime(models=served) as runtime:
        run = await runtime.start(looking(economy_model="tiny"), "look", model="other", budget=Budget(usd=0.1))
        assert await stage.result(run) == "there"


async def test_a_cheaper_model_that_nobody_offers_is_found_before_anything_runs() -> None:
    stage = Stage()
    async with stage.runtime([answer("hi")]) as runtime:
        with pytest.raises(DefinitionError, match="expected the name of a model, found 'tiny'"):
            await runtime.start(looking(economy_model="tiny"), "look")


async def test_a_reply_that_takes_more_than_can_be_is_told() -> None:
    stage, alerts = Stage(), list[Alert]()
    served = models([took(10**6, 10, 1.0, "there")], [])
    async with stage.runtime(models=served, on_alert=alerts.append) as runtime:
        run = await runtime.start(looking(), "look", budget=Budget(usd=0.5))
        assert await stage.result(run) == "there"
        events = await events_of(run)
    (called,), (replied,) = of_kind(events, ModelCalled), of_kind(events, ModelReplied)
    (exceeded,) = of_kind(events, ReservationExceeded)
    assert (exceeded.reserved, exceeded.tokens) == (called.reserved, replied.usage.tokens)
    assert (exceeded.reserved_usd, exceeded.usd) == (called.reserved_usd, 1.0)
    assert exceeded in [alert.event for alert in alerts]


async def test_dollars_are_refused_before_the_first_call_to_a_model_of_unknown_price() -> None:
    stage = Stage()
    model = Unpriced()
    async with stage.runtime(model) as runtime:
        state = await stage.ended(await runtime.start(desk(), "hello", budget=Budget(usd=0.5)))
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.BUDGET
    assert "nobody knows what scripted costs: set its price under [prices]" in state.fault.message


class Unpriced:
    """A model of somebody else's, whose price is in no table."""

    name = SCRIPTED

    def stream(self, request: object) -> Any:
        raise AssertionError("it is never called")


async def test_what_was_achieved_is_there_when_the_budget_ends_a_run() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Sequence(
        "whole",
        (FunctionNode("stock", "one", input="{'name': 'stock'}"), AgentNode("desk", "desk", input="'how much?'")),
    )
    served = models([took(50, 5, 0.001)] * 3, [])
    app: App = world.app(flow, agents=(looking(),))
    async with stage.runtime(models=served, apps=[app]) as runtime:
        run = await runtime.start(app, None, budget=Budget(turns=2))
        with pytest.raises(RunFailed) as failed:
            await stage.result(run)
    assert failed.value.fault == Fault(ErrorKind.BUDGET, "desk: the run's turns limit reached: 2 of 2")
    assert failed.value.spend.turns == 2
    assert failed.value.achieved.results == {"whole/stock": "stock"}
    assert failed.value.achieved.said == {"whole/desk": "let me see"}
