"""A node may be given a share of what encloses it: it, and all below it, spend no more than that."""

from typing import Any

import pytest

from holdfast import App, BeforeTurn, Budget, Effect, tool
from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.kernel.errors import DefinitionError, RunFailed
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    ChildNode,
    Fallback,
    Join,
    Loop,
    Map,
    Node,
    Parallel,
    Sequence,
    content_hash,
    from_json,
    to_json,
)
from tests.orchestration.family import the_child
from tests.runtime.stage import SCRIPTED, Stage, desk

PATIENT = Budget(turns=50)


@tool(effect=Effect.READ)
async def look(at: str) -> str:
    """Look at something."""
    return f"{at} is there"


def app(flow: Node, **changes: Any) -> App:
    return App(flow.name, flow, agents=(desk(tools=[look], budget=PATIENT),), **changes)


def curious() -> ScriptedModel:
    """A model that looks at one more thing whenever it is asked."""
    return ScriptedModel([call("look", {"at": f"thing {number}"}) for number in range(100)])


async def test_a_node_stops_at_its_share_though_the_run_has_more() -> None:
    stage = Stage()
    flow = AgentNode("root", "desk", share=Budget(turns=2))
    async with stage.runtime(curious(), apps=[app(flow)]) as runtime:
        state = await stage.ended(await runtime.start("root", "go", budget=Budget(turns=9)))
    assert (state.outcome, state.spend.turns) == (Outcome.FAILED, 2)
    assert state.fault is not None
    assert (state.fault.kind, "share of root" in state.fault.message) == (ErrorKind.BUDGET, True)


async def test_all_that_lies_below_a_node_is_taken_from_its_share() -> None:
    stage = Stage()
    below = Map("each", "['a', 'b', 'c']", AgentNode("look", "desk"), join=Join.BEST_EFFORT, share=Budget(turns=4))
    async with stage.runtime(curious(), apps=[app(Sequence("root", (below,)))]) as runtime:
        state = await stage.ended(await runtime.start("root", "go"))
    assert (state.spend.turns, state.shares["root/each"].spend.turns) == (4, 4)


async def test_a_part_is_one_of_what_encloses_the_node() -> None:
    stage = Stage()
    inner = AgentNode("inner", "desk", share=0.5)
    outer = Sequence("outer", (inner,), share=0.5)
    limits = Budget(turns=9, tokens=10_001, usd=0.5)
    async with stage.runtime([answer("done")], apps=[app(Sequence("root", (outer,)))]) as runtime:
        state = await stage.ended(await runtime.start("root", "go", budget=limits))
    assert state.shares["root/outer"].limits == Budget(turns=4, tokens=5_000, usd=0.25)
    assert state.shares["root/outer/inner"].limits == Budget(turns=2, tokens=2_500, usd=0.125)


async def test_where_a_share_is_used_up_a_fallback_goes_on_with_the_next_rung() -> None:
    stage = Stage()
    dear = AgentNode("dear", "desk", share=Budget(turns=1))
    flow = Fallback("root", (dear, AgentNode("plain", "desk")))
    script = [call("look", {"at": "moon"}), answer("it is round")]
    async with stage.runtime(script, apps=[app(flow)]) as runtime:
        run = await runtime.start("root", "go", budget=Budget(turns=5))
        state = await stage.ended(run)
        assert (state.outcome, (await run.value(state, "root"))) == (
            Outcome.PARTIAL,
            {"rung": "plain", "value": "it is round", "instead_of": ["dear"]},
        )


async def test_a_child_run_gets_no_more_than_the_share_of_its_node_has_left() -> None:
    stage = Stage()
    flow = Sequence("boss", (AgentNode("first", "desk"), ChildNode("second", "kid")), share=Budget(turns=3))
    boss = App("boss", flow, agents=(desk(),))
    kid = App("kid", AgentNode("kid", "desk"), agents=(desk(),))
    async with stage.runtime([answer("one"), answer("two")], apps=[boss, kid]) as runtime:
        state = await stage.ended(await runtime.start("boss", "go", budget=Budget(turns=20)))
        child = await (await runtime.run(the_child(state, "boss/second"))).state()
    assert child.budget.turns == 2
    assert state.shares["boss"].spend.turns == 2


async def test_each_round_of_a_loop_has_its_share_anew() -> None:
    stage = Stage()
    body = AgentNode("again", "desk", share=Budget(turns=1))
    script = [answer("no"), answer("no"), answer("yes")]
    flow = Loop("root", body, "result == 'yes'", rounds_max=3)
    async with stage.runtime(script, apps=[app(flow)]) as runtime:
        state = await stage.ended(await runtime.start("root", "go"))
    assert state.outcome is Outcome.SUCCEEDED
    assert [share.spend.turns for share in state.shares.values()] == [1, 1, 1]


async def test_a_requeued_run_goes_on_with_a_share_that_was_raised() -> None:
    stage = Stage()
    flow = AgentNode("root", "desk", share=Budget(turns=1))
    script = [call("look", {"at": "moon"}), answer("it is round")]
    async with stage.runtime(script, apps=[app(flow)]) as runtime:
        run = await runtime.start("root", "go")
        with pytest.raises(RunFailed, match="share of root"):
            await stage.result(run)
        await run.requeue(budget=Budget(turns=2))
        assert await stage.result(run) == "it is round"


async def test_of_a_fork_nothing_is_taken_yet() -> None:
    stage = Stage()
    flow = Parallel("root", (AgentNode("a", "desk"), AgentNode("b", "desk")), share=Budget(turns=2))
    script = {"root/a": [answer("one")] * 2, "root/b": [answer("two")] * 2}
    async with stage.runtime(script, models={SCRIPTED: ScriptedModel(script)}, apps=[app(flow)]) as runtime:
        run = await runtime.start("root", "go")
        await stage.ended(run)
        fork = await runtime.fork(run, at=BeforeTurn(1, "root/b"))
        state = await stage.ended(fork)
    assert (state.outcome, state.shares["root"].spend.turns) == (Outcome.SUCCEEDED, 1)


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0, "above 0 and of at most 1, found 0"),
        (1.5, "at most 1, found 1.5"),
        (Budget(seconds=3), "found seconds"),
        (Budget(descendants=3, tokens=5), "found descendants"),
        (Budget(tokens=-1), "tokens of at least 0, found -1"),
    ],
)
def test_a_share_that_nothing_can_be_held_to_is_refused(share: float | Budget, told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        app(AgentNode("root", "desk", share=share))


def test_a_share_is_part_of_the_flow_as_data_and_a_flow_without_any_keeps_its_hash() -> None:
    plain, shared = AgentNode("root", "desk"), AgentNode("root", "desk", share=0.5)
    assert b"share" not in to_json(plain)
    assert from_json(to_json(shared)) == shared
    assert content_hash(plain) != content_hash(shared)
