"""An agent's run is forked at any of its turns: another model, another prompt, the same history, nothing paid twice."""

import pytest

from holdfast import Budget, Prompt
from holdfast.integration.gateway.lines import answer, call, calls, fail, stall
from holdfast.integration.gateway.scripted import Lines, ScriptedModel
from holdfast.journal.events import ModelCalled
from holdfast.kernel.errors import DefinitionError, ExpressionError, InputError
from holdfast.kernel.limits import plus
from holdfast.kernel.messages import Role
from holdfast.orchestration.flow.nodes import AgentNode, Parallel, Sequence
from holdfast.orchestration.past.cutting import AtVersion, BeforeStep, BeforeTurn, boundaries
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime
from tests.execution.talking import Shop, look_at
from tests.orchestration.forks import own_events
from tests.orchestration.world import World, step
from tests.runtime.stage import SCRIPTED, Stage, desk, of_kind

TALK = (call("look", {"at": "a"}), calls(call("look", {"at": "b"}), call("look", {"at": "c"})), answer("done"))


async def finished(stage: Stage, runtime: Runtime, shop: Shop, **changes: object) -> Run:
    run = await runtime.start(desk(tools=[look_at(shop)], **changes), "hello")
    assert await stage.result(run) == "done"
    return run


def systems(model: ScriptedModel) -> list[str]:
    return [message.text for request in model.requests for message in request.messages if message.role is Role.SYSTEM]


async def test_a_fork_at_a_turn_asks_another_model_what_the_first_was_asked() -> None:
    stage, other = Stage(), ScriptedModel(lambda _: answer("better"), name="other")
    shop = Shop()
    async with stage.runtime(TALK, models={"other": other}) as runtime:
        run = await finished(stage, runtime, shop)
        looked = shop.looked
        fork = await runtime.fork(run, at=BeforeTurn(2), model="other")
        assert await stage.result(fork) == "better"
        assert (await fork.state()).models == {"desk": "other"}
        before, after = await run.prompt(2), await fork.prompt(2)
        (called,) = of_kind(await own_events(fork), ModelCalled)
    assert shop.looked == looked, "what was read in the history is not read again"
    assert after.request == before.request == other.requests[0]
    assert (called.turn, called.model, called.request) == (2, "other", before.digest)


@pytest.mark.parametrize("turn", [1, 2, 3])
async def test_whatever_the_turn_the_fork_goes_on_to_the_end(turn: int) -> None:
    stage, shop = Stage(), Shop()
    async with stage.runtime(TALK) as runtime:
        run = await finished(stage, runtime, shop)
    async with stage.runtime(TALK, apps=[desk(tools=[look_at(shop)])]) as runtime:
        fork = await runtime.fork(run.id, at=BeforeTurn(turn))
        assert await stage.result(fork) == "done"
        assert len((await fork.transcript()).entries) == 3


async def test_another_prompt_stands_in_the_place_of_what_an_agent_has_seen() -> None:
    stage, other = Stage(), ScriptedModel(lambda _: answer("better"), name="other")
    new = Prompt("new", "Be curt to {{ input }}.")
    async with stage.runtime(TALK, models={"other": other}) as runtime:
        run = await finished(stage, runtime, Shop())
        fork = await runtime.fork(run, at=BeforeTurn(3), model="other", prompts={"": new})
        assert await stage.result(fork) == "better"
        with pytest.raises(ExpressionError, match="missing"):
            await runtime.fork(run, at=BeforeTurn(3), prompts={"desk": Prompt("bad", "{{ missing }}")})
        sent = await fork.prompt(3)
        assert (await fork.prompt(2)).request.messages[0] == (await run.prompt(2)).request.messages[0]
        old, changed = (await run.prompt(3)).request.messages, sent.request.messages
    assert systems(other) == ["Be curt to hello."]
    assert changed[1:] == old[1:]
    assert sent.request == other.requests[0]


async def test_another_prompt_is_seen_by_agents_that_begin_later_also_after_a_restart() -> None:
    stage, shop = Stage(), Shop()
    agent = desk(tools=[look_at(shop)])
    flow = Sequence("root", (step("a"), AgentNode("talk", "desk", input="'hello'"), AgentNode("again", "desk")))
    world = World(stage.clock)
    app = world.app(flow, agents=(agent,))
    async with stage.runtime(lambda _: answer("done"), apps=[app]) as runtime:
        run = await runtime.start("root", "x")
        await stage.result(run)
    first = ScriptedModel([stall()], name=SCRIPTED)
    async with stage.runtime(first, apps=[app]) as runtime:
        fork = await runtime.fork(run.id, at=BeforeStep("root/talk"), prompts={"desk": Prompt("new", "Be curt.")})
        await stage.clock.advance(1)
    last = ScriptedModel(lambda _: answer("yes"), name=SCRIPTED)
    async with stage.runtime(last, apps=[app]) as runtime:
        assert await stage.result(await runtime.run(fork.id)) == "yes"
    assert systems(first) == ["Be curt."]
    assert systems(last) == ["Be curt.", "Be curt."]


async def test_what_the_history_has_cost_is_told_apart_and_no_budget_pays_it_again() -> None:
    stage, shop = Stage(), Shop()
    async with stage.runtime(TALK) as runtime:
        run = await finished(stage, runtime, shop, budget=Budget(turns=3, tool_calls=3))
        whole = (await run.state()).spend
        fork = await runtime.fork(run, at=BeforeTurn(3))
        await stage.result(fork)
        state = await fork.state()
        again = await runtime.fork(fork, at=BeforeTurn(3))
        await stage.result(again)
        twice = await again.state()
    assert (state.spend.turns, state.spend.tool_calls, state.inherited.turns, state.inherited.tool_calls) == (
        1,
        0,
        2,
        3,
    )
    assert plus(state.spend, state.inherited) == whole
    assert (twice.spend, twice.inherited) == (state.spend, state.inherited)
    agent = state.nodes["desk"].agent
    assert agent is not None
    assert (agent.spend.turns, agent.inherited.turns) == (1, 2)


async def test_a_model_call_under_way_in_the_original_is_made_anew_and_charged_where_it_was_made() -> None:
    stage = Stage()
    lines: dict[str, Lines] = {
        "root/a": [stall(), answer("late")],
        "root/b": [call("look", {"at": "x"}), answer("soon")],
    }
    agent = desk(tools=[look_at(Shop())])
    flow = Parallel("root", (AgentNode("a", "desk"), AgentNode("b", "desk")))
    async with stage.runtime(lines, apps=[World(stage.clock).app(flow, agents=(agent,))]) as runtime:
        run = await runtime.start("root", "hello")
        await stage.clock.advance(1)
        fork = await runtime.fork(run, at=BeforeTurn(2, "root/b"), model=SCRIPTED)
        state = await stage.ended(fork)
        await run.cancel("enough")
        assert (await stage.ended(run)).unseen != ()
    assert (state.status, state.unseen, state.reserved) == ("COMPLETE", (), 0)


async def test_every_place_of_a_flow_of_agents_can_be_forked() -> None:
    stage, shop = Stage(), Shop()
    agents = (desk(tools=[look_at(shop)]),)
    flow = Sequence("root", (step("s"), Parallel("both", (AgentNode("a", "desk"), AgentNode("b", "desk")))))
    lines: dict[str, Lines] = {f"root/both/{name}": [fail("overloaded"), *TALK] for name in "ab"}
    app = World(stage.clock).app(flow, agents=agents)
    async with stage.runtime(lines, apps=[app]) as runtime:
        run = await runtime.start("root", "hello")
        await stage.result(run)
    places = boundaries(stage.disk.get(run.id).events)
    assert len(places) > 9
    for place in places:
        async with stage.runtime({f"root/both/{name}": TALK for name in "ab"}, apps=[app]) as runtime:
            fork = await runtime.fork(run.id, at=AtVersion(place.version))
            state = await stage.ended(fork)
            assert (state.status, state.reserved) == ("COMPLETE", 0), place


async def test_changes_that_do_not_fit_are_refused_and_nothing_is_begun() -> None:
    stage = Stage()
    flow = Parallel("root", (AgentNode("a", "desk"), AgentNode("b", "other"), step("c")))
    agents = (desk(), desk(name="other"))
    async with stage.runtime(lambda _: answer("done"), apps=[World(stage.clock).app(flow, agents=agents)]) as runtime:
        run = await runtime.start("root", "hello")
        await stage.result(run)
        curt = Prompt("curt", "Be curt.")
        for error, told, options in (
            (InputError, "the node whose turn 1 is meant, found root/a, root/b", {"at": BeforeTurn(1)}),
            (
                DefinitionError,
                r"agents of 'root' \(desk, other\), found nobody",
                {"models": {"nobody": "x"}},
            ),
            (DefinitionError, "found 'nothing'", {"model": "nothing"}),
            (
                DefinitionError,
                r"\(desk, other\), found one for 'nobody'",
                {"prompts": {"nobody": curt}},
            ),
            (InputError, "the agent whose prompt is meant", {"prompts": {"": curt}, "at": BeforeStep("root/c")}),
            (ExpressionError, "placeholder|parse|expected", {"prompts": {"desk": Prompt("bad", "{{ }}")}}),
        ):
            with pytest.raises(error, match=told):
                await runtime.fork(run, **options)
        assert len(await runtime.runs()) == 1
