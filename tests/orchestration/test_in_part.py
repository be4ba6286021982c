"""What was done in part: it is no success of its step, its node or its run, and nothing of the flow builds upon it."""

from typing import Any

import pytest

from holdfast import App, Effect, tool
from holdfast.flow import FunctionNode, Join, Parallel, Sequence
from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.integration.tools.postcondition import Complete, Partial
from holdfast.journal.events import StepEnded
from holdfast.journal.fold.state import RunState
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.flow.nodes import Node
from holdfast.orchestration.past.past import deeds
from tests.runtime.stage import Stage, desk, events_of, of_kind


class Mailbox:
    """Takes a letter in two goes."""

    def __init__(self, goes: int = 2) -> None:
        self.goes, self.sent = goes, list[str]()

    @property
    def tools(self) -> tuple[Any, ...]:
        async def is_open() -> Complete | Partial:
            return Complete() if self.sent.count("create") >= self.goes else Partial("it has no address yet")

        @tool(postcondition=is_open, resource=lambda: "mailbox")
        async def create() -> str:
            """Create a mailbox."""
            self.sent.append("create")
            return "created"

        @tool(effect=Effect.PURE)
        async def after() -> str:
            """Build upon it."""
            self.sent.append("after")
            return "after"

        return create, after


async def at_rest(flow: Node, mailbox: Mailbox) -> RunState:
    stage = Stage()
    app = App("root", flow, functions=mailbox.tools, input=object)
    async with stage.runtime(apps=[app]) as runtime:
        return await stage.ended(await runtime.start("root", {}))


CREATE = FunctionNode("create", "create", input="{}")
AFTER = FunctionNode("after", "after", input="{}")


async def test_a_node_that_came_half_the_way_has_failed_and_nothing_follows() -> None:
    mailbox = Mailbox()
    state = await at_rest(Sequence("root", (CREATE, AFTER)), mailbox)
    assert (state.status, state.outcome, mailbox.sent) == ("FAILED", Outcome.FAILED, ["create"])
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.PARTIAL_RESULT
    assert [part.path for part in state.in_part] == ["root/create"]
    assert state.nodes["root/create"].step.outcome is Outcome.PARTIAL


async def test_where_a_join_lets_it_pass_the_run_is_partial_all_the_same() -> None:
    mailbox = Mailbox()
    state = await at_rest(Parallel("root", (CREATE, AFTER), join=Join.BEST_EFFORT), mailbox)
    assert (state.outcome, state.in_part[0].reason) == (
        Outcome.PARTIAL,
        "create has done only a part of what it was to do: it has no address yet",
    )


@pytest.mark.parametrize(("tries", "outcome"), [(1, Outcome.PARTIAL), (2, Outcome.SUCCEEDED)])
async def test_an_agents_run_has_succeeded_only_once_nothing_is_left_in_part(tries: int, outcome: Outcome) -> None:
    stage, mailbox = Stage(), Mailbox()
    model = ScriptedModel([*[call("create")] * tries, answer("it is done")])
    async with stage.runtime(model) as runtime:
        run = await runtime.start(desk(tools=mailbox.tools), "hello")
        state = await stage.ended(run)
        events = await events_of(run)
    assert (state.status, state.outcome) == ("COMPLETE", outcome)
    assert (state.fault is None) is (outcome is Outcome.SUCCEEDED)
    assert [step.outcome for step in of_kind(events, StepEnded)] == [Outcome.PARTIAL, Outcome.SUCCEEDED][:tries]
    assert [deed.is_done for deed in deeds(events)] == [False, True][:tries], "a part is not done"
    if state.fault is not None:
        assert state.fault.message == (
            "desk/turn.1/call.1: create has done only a part of what it was to do: it has no address yet"
        )


async def test_what_is_requeued_is_made_again_and_puts_it_right() -> None:
    stage, mailbox = Stage(), Mailbox()
    app = App("root", Sequence("root", (CREATE, AFTER)), functions=mailbox.tools, input=object)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", {})
        assert (await stage.ended(run)).status == "FAILED"
        await run.requeue(by="Ann", note="again", repeats_effects=True)
        state = await stage.ended(run)
    assert (state.outcome, state.in_part, mailbox.sent) == (Outcome.SUCCEEDED, (), ["create", "create", "after"])
