"""What a child may spend comes out of its parent's budget, and what it spent is charged there: nothing is overshot."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from holdfast import App, Budget
from holdfast.integration.gateway.lines import Line, answer, call, stall
from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.gateway.scripted import Script, ScriptedModel
from holdfast.journal.codec import decode
from holdfast.journal.events import ChildEnded, ChildStarted
from holdfast.journal.fold import begin, evolve
from holdfast.journal.fold.state import RunState
from holdfast.kernel.limits import NOTHING_SPENT, plus
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.flow.nodes import AgentNode, ChildNode, Join, Node, Parallel, Sequence
from tests.execution.talking import Shop, look_at
from tests.orchestration.family import the_child
from tests.runtime.stage import SCRIPTED, Stage, desk, events_of, of_kind

LIMITS = st.builds(
    Budget,
    tokens=st.none() | st.integers(1_000, 12_000),
    turns=st.none() | st.integers(1, 8),
    tool_calls=st.none() | st.integers(0, 6),
)


@dataclass(frozen=True)
class Tree:
    """An app: how many turns its agent looks around before it answers, what it begins beside that, and its limits."""

    turns: int
    below: tuple["Tree", ...]
    declared: Budget | None
    is_parallel: bool


TREES = st.recursive(
    st.builds(Tree, st.integers(0, 3), st.just(()), st.none() | LIMITS, st.booleans()),
    lambda below: st.builds(
        Tree,
        st.integers(0, 3),
        st.lists(below, min_size=1, max_size=3).map(tuple),
        st.none() | LIMITS,
        st.booleans(),
    ),
    max_leaves=5,
)


def grown(tree: Tree, name: str) -> list[App]:
    """Return ``tree`` as an app, and before it those below it."""
    below = [grown(each, f"{name}_{place}") for place, each in enumerate(tree.below)]
    agent = desk(name="desk", tools=[look_at(Shop())], prompt=desk().prompt)
    nodes: tuple[Node, ...] = (
        AgentNode("desk", "desk", input=f"'{tree.turns}'"),
        *(
            ChildNode(f"kid{place}", apps[-1].name, input="'go'", budget=each.declared)
            for place, (apps, each) in enumerate(zip(below, tree.below, strict=True))
        ),
    )
    flow = Parallel(name, nodes, Join.BEST_EFFORT) if tree.is_parallel else Sequence(name, nodes)
    return [*(app for apps in below for app in apps), App(name, flow, agents=(agent,))]


def talk(request: ModelRequest) -> Line:
    """Look around as often as the task says, then answer."""
    turns, turn = int(request.messages[1].text), int(request.step.rpartition(".")[2])
    return call("look", {"at": "door"}) if turn <= turns else answer("word " * 20)


def states(stage: Stage) -> list[list[RunState]]:
    """Return every run's states, one after each event."""
    found = []
    for head in stage.disk.heads():
        entries = stage.disk.get(head.run).events
        so_far = [begin(decode(entries[0].body), entries[0].at)]
        for entry in entries[1:]:
            so_far.append(evolve(so_far[-1], decode(entry.body), entry.at))
        found.append(so_far)
    return found


@given(TREES, LIMITS)
def test_no_run_of_a_family_ever_spends_and_lends_more_than_it_has(tree: Tree, budget: Budget) -> None:
    async def lived() -> Stage:
        stage = Stage()
        apps = grown(tree, "root")
        async with stage.runtime(ScriptedModel(talk), apps=apps) as runtime:
            await stage.ended(await runtime.start("root", "go", budget=budget))
        assert stage.troubles.heard == []
        return stage

    stage = asyncio.run(lived())
    families = states(stage)
    for so_far in families:
        limits = so_far[0].budget
        for state in so_far:
            taken = plus(state.spend, state.lent)
            assert limits.tokens is None or taken.tokens + state.reserved <= limits.tokens
            assert limits.turns is None or taken.turns <= limits.turns
        assert so_far[-1].is_over
        assert so_far[-1].lent == NOTHING_SPENT
    own = NOTHING_SPENT
    for so_far in families:
        for node in so_far[-1].nodes.values():
            own = plus(own, node.agent.spend if node.agent else NOTHING_SPENT)
    root = families[-1][-1]
    assert (root.spend.tokens, root.spend.turns) == (own.tokens, own.turns), "all that was spent is charged at the top"


def one_agent(**changes: Any) -> App:
    return App("kid", AgentNode("kid", "desk"), agents=(desk(**changes),))


async def test_a_child_gets_the_smaller_of_what_its_node_declares_and_what_is_left() -> None:
    stage = Stage()
    flow = ChildNode("boss", "kid", input="'go'", budget=Budget(tokens=5_000, turns=2))
    async with stage.runtime([answer("hi")], apps=[App("boss", flow), one_agent()]) as runtime:
        run = await runtime.start("boss", "go", budget=Budget(tokens=4_900, turns=7, tool_calls=3, usd=0.5, seconds=60))
        state = await stage.ended(run)
        kid = await (await runtime.run(the_child(state, "boss"))).state()
    assert kid.budget == Budget(tokens=4_900, turns=2, tool_calls=3, usd=0.5, seconds=60)
    assert state.outcome is Outcome.SUCCEEDED
    assert state.spend == replace(kid.spend, descendants=1) != NOTHING_SPENT


async def test_without_a_budget_at_the_node_the_app_s_own_counts() -> None:
    stage = Stage()
    apps = [
        App("boss", ChildNode("boss", "kid")),
        App("kid", AgentNode("kid", "desk"), agents=(desk(),), budget=Budget(turns=4)),
    ]
    async with stage.runtime([answer("hi")], apps=apps) as runtime:
        run = await runtime.start("boss", "go")
        state = await stage.ended(run)
    assert state.children[the_child(state, "boss")].budget == Budget(turns=4)


async def test_a_child_that_reaches_its_limit_fails_its_node_for_the_budget() -> None:
    stage = Stage()
    flow = ChildNode("boss", "kid", budget=Budget(turns=2))
    kid = one_agent(tools=[look_at(Shop())])
    async with stage.runtime([call("look", {"at": "door"})] * 9, apps=[App("boss", flow), kid]) as runtime:
        state = await stage.ended(await runtime.start("boss", "go"))
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.BUDGET
    assert state.fault.message.endswith("the run's turns limit reached: 2 of 2")
    assert state.spend.turns == 2


async def test_when_everything_is_lent_the_next_child_cannot_begin_and_says_what_to_do() -> None:
    stage = Stage()
    flow = Parallel("boss", (ChildNode("a", "kid"), ChildNode("b", "kid")), Join.BEST_EFFORT)
    async with stage.runtime([answer("hi")], apps=[App("boss", flow), one_agent()]) as runtime:
        run = await runtime.start("boss", "go", budget=Budget(turns=6))
        state = await stage.ended(run)
        events = await events_of(run)
    assert state.outcome is Outcome.PARTIAL
    (started,) = of_kind(events, ChildStarted)
    assert started.budget == Budget(turns=6)
    refused = next(node.fault for node in state.nodes.values() if node.fault is not None)
    assert (refused.kind, refused.message) == (
        ErrorKind.BUDGET,
        "no run of kid can be paid: the run's turns limit reached: 6 of 6",
    )
    assert refused.hint == "give each child node a budget of its own: one without takes all that is left"


async def test_what_a_child_did_not_spend_is_there_for_the_next() -> None:
    stage = Stage()
    flow = Sequence("boss", (ChildNode("a", "kid"), ChildNode("b", "kid")))
    async with stage.runtime([answer("hi"), answer("ho")], apps=[App("boss", flow), one_agent()]) as runtime:
        run = await runtime.start("boss", "go", budget=Budget(turns=6))
        state = await stage.ended(run)
        events = await events_of(run)
    assert [event.budget.turns for event in of_kind(events, ChildStarted)] == [6, 5]
    assert [event.spend.turns for event in of_kind(events, ChildEnded)] == [1, 1]
    assert state.spend.turns == 2


async def test_a_recalled_child_charges_what_it_had_spent() -> None:
    stage = Stage()
    flow = ChildNode("boss", "kid", timeout_seconds=30)
    script: Script = [call("look", {"at": "door"}), stall()]
    async with stage.runtime(script, apps=[App("boss", flow), one_agent(tools=[look_at(Shop())])]) as runtime:
        state = await stage.ended(await runtime.start("boss", "go"))
        kid = await (await runtime.run(the_child(state, "boss"))).state()
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.TIMEOUT
    assert state.spend == replace(kid.spend, descendants=1)
    assert state.spend.turns == 2


async def test_a_child_has_no_more_time_than_its_parent_has_left() -> None:
    stage = Stage()
    flow = Sequence("boss", (AgentNode("first", "desk"), ChildNode("kid", "kid")))
    app = App("boss", flow, agents=(desk(),))
    async with stage.runtime([answer("hi"), stall()], apps=[app, one_agent()]) as runtime:
        run = await runtime.start("boss", "go", budget=Budget(seconds=60))
        state = await stage.ended(run)
    (kid,) = state.children.values()
    assert kid.budget.seconds is not None
    assert kid.budget.seconds <= 60
    assert state.ended_at == state.started_at + 60


@pytest.mark.parametrize(
    ("options", "expected"),
    [({}, SCRIPTED), ({"model": "other"}, "other"), ({"models": {"boss": "other"}}, SCRIPTED)],
)
async def test_a_model_asked_for_all_agents_goes_down_and_one_declared_does_not(
    options: dict[str, Any], expected: str
) -> None:
    stage = Stage()
    boss = App(
        "boss", Sequence("boss", (AgentNode("own", "boss"), ChildNode("kid", "kid"))), agents=(desk(name="boss"),)
    )
    models = {"other": ScriptedModel([answer("ho")] * 2)}
    async with stage.runtime([answer("hi")] * 2, apps=[boss, one_agent()], models=models) as runtime:
        state = await stage.ended(await runtime.start("boss", "go", **options))
        kid = await (await runtime.run(next(iter(state.children)))).state()
    assert kid.models == {"desk": expected}
    assert state.models_asked == options.get("models", {})


async def test_a_model_asked_for_an_agent_by_name_reaches_the_grandchildren_that_have_it() -> None:
    stage = Stage()
    apps = [
        App("boss", Sequence("boss", (AgentNode("own", "desk"), ChildNode("mid", "mid"))), agents=(desk(),)),
        App("mid", ChildNode("mid", "kid")),
        one_agent(),
    ]
    models = {"other": ScriptedModel([answer("ho")] * 2)}
    async with stage.runtime(apps=apps, models=models) as runtime:
        await stage.ended(await runtime.start("boss", "go", models={"desk": "other"}))
        kid = await (await runtime.run(next(iter(await runtime.runs())).run)).state()
    assert (kid.app, kid.models, kid.depth) == ("kid", {"desk": "other"}, 2)
