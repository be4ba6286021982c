"""Calls of one turn that act on one resource are made in the order the model wrote them in; the others side by side."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import Effect, OutcomeUnknown, Settlement, tool
from holdfast.execution.precedence import may_go
from holdfast.integration.gateway.lines import Line, answer, call, calls
from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import ModelReplied, StepEnded, StepIntended
from holdfast.journal.events.turns import CallRequest
from holdfast.journal.fold.agent_state import CallState
from holdfast.journal.fold.step_state import StepState
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.messages import Role
from holdfast.kernel.outcomes import Outcome
from tests.runtime.stage import Stage, desk, events_of, of_kind


class Orders:
    """What is done to orders, and how long it takes."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock, self.acts, self.lost = clock, list[tuple[str, str]](), False

    async def act(self, what: str, order_id: str) -> str:
        self.acts.append((what, order_id))
        await self.clock.sleep(10)
        if self.lost:
            self.lost = False
            raise OutcomeUnknown("the line went dead")
        self.acts.append((f"end of {what}", order_id))
        return what

    @property
    def tools(self) -> list[Any]:
        @tool(resource="order:{order_id}")
        async def cancel(order_id: str) -> str:
            """Cancel an order."""
            return await self.act("cancel", order_id)

        @tool(resource="order:{order_id}")
        async def pay(order_id: str) -> str:
            """Pay an order back."""
            return await self.act("pay", order_id)

        @tool(resource="order:{order_id}", effect=Effect.READ)
        async def look(order_id: str) -> str:
            """Look at an order."""
            return await self.act("look", order_id)

        return [cancel, pay, look]


def asked(*wanted: tuple[str, str]) -> ScriptedModel:
    return ScriptedModel([calls(*(call(name, {"order_id": order}) for name, order in wanted)), answer("done")])


async def test_calls_of_one_resource_keep_their_order_and_the_others_run_beside_them() -> None:
    stage = Stage()
    orders = Orders(stage.clock)
    model = asked(("cancel", "1"), ("pay", "1"), ("look", "1"), ("look", "1"), ("pay", "2"))
    async with stage.runtime(model) as runtime:
        run = await runtime.start(desk(tools=orders.tools), "hello")
        assert await stage.result(run) == "done"
        (replied, _) = of_kind(await events_of(run), ModelReplied)
    assert orders.acts[:2] == [("cancel", "1"), ("pay", "2")]
    assert [act for act in orders.acts if act[1] == "1"] == [
        ("cancel", "1"), ("end of cancel", "1"), ("pay", "1"), ("end of pay", "1"),
        ("look", "1"), ("look", "1"), ("end of look", "1"), ("end of look", "1"),
    ]  # fmt: skip
    assert [request.only_looks for request in replied.calls] == [False, False, True, True, False]
    assert replied.calls[0].acts_on == replied.calls[3].acts_on != replied.calls[4].acts_on
    assert "1" not in replied.calls[0].acts_on, "a key may tell of a person"


async def test_what_follows_a_doubt_waits_until_it_is_settled() -> None:
    stage = Stage()
    orders = Orders(stage.clock)
    orders.lost = True
    async with stage.runtime(asked(("cancel", "1"), ("pay", "1"))) as runtime:
        run = await runtime.start(desk(tools=orders.tools), "hello")
        state = await stage.ended(run)
        assert state.doubts == ("desk/turn.1/call.1",)
        assert orders.acts == [("cancel", "1")]
        await run.settle("desk/turn.1/call.1", Settlement.HAPPENED, "cancel")
        assert await stage.result(run) == "done"
    assert orders.acts[1:] == [("pay", "1"), ("end of pay", "1")]


def pays_once(request: ModelRequest) -> Line:
    return answer("done") if request.messages[-1].role is Role.TOOL else call("pay", {"order_id": "1"})


async def test_runs_of_one_process_do_not_act_on_one_resource_at_once() -> None:
    stage = Stage()
    orders = Orders(stage.clock)
    agent = desk(tools=orders.tools)
    async with stage.runtime(pays_once) as runtime:
        runs = [await runtime.start(agent, "hello") for _ in range(2)]
        for run in runs:
            await stage.ended(run)
        ends = [of_kind(await events_of(run), StepEnded)[0] for run in runs]
    assert orders.acts == [("pay", "1"), ("end of pay", "1")] * 2
    assert sorted((end.seconds, end.waited_seconds) for end in ends) == [(10, 0), (10, 10)]


def broken(order_id: str) -> str:
    raise ValueError("no such")


@pytest.mark.parametrize("arguments", [{}, {"order_id": 7}])
@pytest.mark.parametrize("resource", ["order:{order_id}", broken])
async def test_a_call_that_will_be_refused_is_waited_for_by_nobody(
    arguments: dict[str, object], resource: str | Callable[[str], str]
) -> None:
    @tool(resource=resource)
    async def pay(order_id: str) -> str:
        """Pay."""
        return "paid"

    stage, model = (
        Stage(),
        ScriptedModel([calls(call("pay", arguments), call("pay", {"order_id": "1"})), answer("done")]),
    )
    async with stage.runtime(model) as runtime:
        run = await runtime.start(desk(tools=[pay]), "hello")
        await stage.result(run)
        events = await events_of(run)
    assert of_kind(events, ModelReplied)[0].calls[0].acts_on == ()
    assert of_kind(events, StepEnded)[0].outcome is Outcome.REFUSED
    assert len(of_kind(events, StepIntended)) == (1 if isinstance(resource, str) else 0)


OVER = Outcome.SUCCEEDED
REQUESTS = st.builds(
    CallRequest,
    st.just("c"),
    st.just("t"),
    st.just("a"),
    st.sets(st.sampled_from("xyz")).map(lambda found: tuple(sorted(found))),
    st.booleans(),
)


@given(st.lists(st.tuples(REQUESTS, st.booleans()), max_size=8))
def test_the_first_open_call_may_always_go_and_none_beside_one_it_conflicts_with(
    given_calls: list[tuple[CallRequest, bool]],
) -> None:
    states = [CallState(request, StepState(outcome=OVER if done else None)) for request, done in given_calls]
    still = [index for index, call in enumerate(states, 1) if call.step.outcome is None]
    going = [index for index in still if may_go(states, index)]
    assert going[:1] == still[:1]
    for one in going:
        for other in going:
            first, second = states[one - 1].request, states[other - 1].request
            if one != other and set(first.acts_on) & set(second.acts_on):
                assert first.only_looks
                assert second.only_looks
