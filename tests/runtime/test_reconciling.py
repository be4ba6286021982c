"""A model call whose reply was never seen stays charged in full, until somebody has looked up what it took."""

import pytest

from holdfast import Budget, Effect, OutcomeUnknown, Settlement, tool
from holdfast.governance.allowance import Allowance
from holdfast.integration.gateway.lines import answer, stall
from holdfast.integration.gateway.pricing.price import Price, Rate, Rates
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.kernel.errors import InputError
from holdfast.kernel.messages import Usage
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import AgentNode, FunctionNode, Sequence
from tests.runtime.stage import Stage, desk

PRICE = Price(Rates(input=Rate(1_000.0), output=Rate(1_000.0)), "test")


@tool(effect=Effect.UNSAFE)
async def pay() -> str:
    """Pay, and never learn whether it went through."""
    raise OutcomeUnknown("the line broke")


APP = App(
    "shop",
    Sequence("shop", (AgentNode("desk", "desk"), FunctionNode("pay", "pay", input="{}"))),
    agents=(desk(),),
    functions=(pay,),
)


async def test_what_it_took_is_charged_in_place_of_the_worst() -> None:
    stage = Stage()
    async with stage.runtime([stall("let me see"), answer("done")]) as runtime:
        run = await runtime.start(APP, "hello")
        state = await stage.ended(run)
        (unseen,) = state.unseen
        assert (unseen.node, unseen.turn, unseen.attempt) == ("shop/desk", 1, 1)
        replied = state.spend.tokens - unseen.tokens
        assert 0 < replied < unseen.tokens
        await run.reconcile(unseen.node, 1, 1, Usage(20, 4, 0, 0.01), by="Ann", note="the bill")
        await run.settle("shop/pay", Settlement.HAPPENED, "paid")
        state = await stage.ended(run)
    assert state.spend.tokens == replied + 24
    assert state.nodes["shop/desk"].agent is not None
    assert state.nodes["shop/desk"].agent.spend.tokens == replied + 24
    assert state.unseen == ()


async def test_tokens_alone_are_charged_at_their_price_and_not_at_an_unknown_one() -> None:
    stage = Stage()
    model = ScriptedModel([stall("let me see"), answer("done")], price=PRICE)
    allowance = Allowance(per="day", usd=100.0)
    async with stage.runtime(model, allowances=[allowance]) as runtime:
        run = await runtime.start(APP, "hello", budget=Budget(usd=50.0))
        before = await stage.ended(run)
        (unseen,) = before.unseen
        await run.reconcile(unseen.node, 1, 1, Usage(20, 4))
        await run.settle("shop/pay", Settlement.HAPPENED, "paid")
        after = await stage.ended(run)
        await runtime.start(APP, "hello")
    assert after.spend.calls_of_unknown_cost == 0
    assert before.spend.usd - (unseen.cost_usd or 0.0) + 0.024 == pytest.approx(after.spend.usd)


async def test_only_a_call_that_is_charged_unseen_can_be_reconciled_and_only_while_the_run_goes_on() -> None:
    stage = Stage()
    async with stage.runtime([answer("done")]) as runtime:
        run = await runtime.start(APP, "hello")
        await stage.ended(run)
        with pytest.raises(InputError, match="unseen are: none"):
            await run.reconcile("shop/desk", 1, 1, Usage())
        await run.settle("shop/pay", Settlement.HAPPENED, "paid")
        await stage.ended(run)
        with pytest.raises(InputError, match="its account is closed"):
            await run.reconcile("shop/desk", 1, 1, Usage())
