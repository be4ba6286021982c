"""A run is requeued from a named step: that and what follows is done again, and no effect is repeated unasked."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.gateway.lines import answer, call, calls
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import Event, RunRequeued, StepEnded, StepIntended
from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import InputError
from holdfast.orchestration.application.script import script
from holdfast.orchestration.application.steps import Steps
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    Case,
    FunctionNode,
    Node,
    Parallel,
    ScriptNode,
    Sequence,
)
from holdfast.orchestration.run.handle import Run
from holdfast.testing.faults.invariants import repeated
from tests.orchestration.bank import Bank, card, cash, paying
from tests.orchestration.plays import plays
from tests.orchestration.world import World, one, step
from tests.runtime.stage import SCRIPTED, Stage, desk, events_of, of_kind

REQUEUES_MAX = 3


def nested(function: str = "one") -> Sequence:
    """Return a flow whose last step fails, and which has something beside each of the others."""
    inner = Sequence("inner", (step("c", function=function), step("d")))
    both = Parallel("both", (inner, step("e", function=function)))
    return Sequence("root", (step("a"), step("b"), both, step("f"), step("g", "badly")))


async def failed(stage: Stage, run: Run) -> RunState:
    state = await stage.ended(run)
    assert state.status == "FAILED"
    return state


@pytest.mark.parametrize(
    ("from_step", "again"),
    [
        ("root/g", "g"),
        ("root/f", "fg"),
        ("root/both/inner/d", "dfg"),
        ("root/both/inner/c", "cdfg"),
        ("root/both/e", "efg"),
        ("root/both", "cdefg"),
        ("root/a", "abcdefg"),
        ("root", "abcdefg"),
    ],
)
async def test_that_step_and_what_follows_on_it_is_done_again_and_nothing_else(from_step: str, again: str) -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(nested())]) as runtime:
        run = await runtime.start("root", None)
        await failed(stage, run)
        before = Counter(world.sent)
        await run.requeue(from_step=from_step)
        await failed(stage, run)
        events = await events_of(run)
    assert world.sent - before == Counter(again)
    assert repeated(events) == []


async def test_a_branch_is_taken_anew_if_it_is_the_step_and_kept_if_it_encloses_it() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Sequence("root", (Branch("way", (Case("True", step("a")),)), step("b", "badly")))
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        for from_step, dropped in (("root/way/a", ("root/b", "root/way/a")), ("root/way", ("root/b", "root/way"))):
            await failed(stage, run)
            await run.requeue(from_step=from_step)
            await failed(stage, run)
            assert of_kind(await events_of(run), RunRequeued)[-1].dropped == dropped
    assert world.sent == {"a": 3, "b": 3}


async def test_a_step_that_was_never_entered_is_refused() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(nested())]) as runtime:
        run = await runtime.start("root", None)
        await failed(stage, run)
        with pytest.raises(InputError, match=r"has entered, found 'root/z': it has root, root/a, root/b"):
            await run.requeue(from_step="root/z")


@script
async def three_things(_given: object, steps: Steps) -> object:
    for name in ("a", "b"):
        await steps.call(name, one, name=name)
    return await steps.call("c", one, name="c", goes="badly")


async def test_a_step_that_a_script_asked_for_is_refused_and_the_script_runs_anew_from_its_beginning() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Sequence("root", (ScriptNode("main", "three_things"),))
    async with stage.runtime(apps=[world.app(flow, scripts=(three_things,))]) as runtime:
        run = await runtime.start("root", None)
        await failed(stage, run)
        for from_step in ("root/main/a", "root/main/c"):
            with pytest.raises(InputError, match=f"found '{from_step}', .* name the script, root/main,"):
                await run.requeue(from_step=from_step)
        for from_step in ("", "root/main", "root"):
            await run.requeue(from_step=from_step)
            await failed(stage, run)
    assert world.sent == {"a": 4, "b": 4, "c": 4}
    assert stage.troubles.heard == []


async def test_effects_are_repeated_only_when_somebody_says_so_and_are_named_before() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["well", "well", "well", "refused"])
    flow = Sequence("root", tuple(paying(by, name) for by, name in (("card", "a"), ("cash", "b"), ("wire", "c"))))
    flow = Sequence("root", (*flow.steps, paying("card", "d")))
    async with stage.runtime(apps=[bank.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await failed(stage, run)
        with pytest.raises(InputError, match="card at root/a, cash at root/b, wire at root/c"):
            await run.requeue(from_step="root/a")
        with pytest.raises(InputError, match="done, or may have been: wire at root/c"):
            await run.requeue(from_step="root/c")
        assert len(bank.requests) == 4
        await run.requeue(from_step="root/a", repeats_effects=True)
        await stage.result(run)
    keys = {what: [key for name, key, _ in bank.requests if name == what] for what in "abcd"}
    assert len(set(keys["a"])) == 1
    assert len(set(keys["c"])) == 1
    assert len(set(keys["d"])) == 2, "it had failed for certain: that key is never used again"
    assert bank.booked == {"a": 1, "b": 2, "c": 1, "d": 1}, "the bank knows a key again"


async def test_an_agent_that_is_done_again_sends_the_same_call_under_the_same_key_wherever_it_comes() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    agent = desk(tools=[card, cash])
    asked = AgentNode("ask", "desk", input="'pay'")
    flow = Sequence("root", (asked, FunctionNode("last", "cash", input="{'what': 1}")))
    first = [call("card", {"what": "x"}), calls(call("card", {"what": "y"}), call("card", {"what": "y"})), answer("1")]
    second = [
        calls(call("card", {"what": "y"}), call("card", {"what": "z"})),
        calls(call("card", {"what": "x"}), call("card", {"what": "y"}), call("card", {"what": "y"})),
        answer("2"),
    ]
    lines = iter((*first, *second))
    model = ScriptedModel(lambda _request: next(lines), name=SCRIPTED)
    async with stage.runtime(model, apps=[bank.app(flow, agents=(agent,))]) as runtime:
        run = await runtime.start("root", None)
        await failed(stage, run)
        with pytest.raises(InputError, match=r"card at root/ask/turn\.1/call\.1"):
            await run.requeue(from_step="root/ask")
        await run.requeue(from_step="root/ask", repeats_effects=True)
        await failed(stage, run)
    assert bank.booked == {"x": 1, "y": 3, "z": 1}, "asked for three times in one life, it is meant three times"
    assert stage.troubles.heard == []


def sent(events: list[Event]) -> dict[str, set[str | None]]:
    """Return the keys under which each effect succeeded."""
    last: dict[str, str | None] = {}
    done: dict[str, set[str | None]] = {}
    for event in events:
        if isinstance(event, StepIntended) and event.effect.needs_intent:
            last[event.node] = event.key
        if isinstance(event, StepEnded) and event.outcome.is_success and event.node in last:
            done.setdefault(event.node, set()).add(last[event.node])
    return done


async def requeued(flow: Node, data: st.DataObject, *, repeats: bool) -> tuple[World, list[Event], list[str]]:
    """Have a run of ``flow`` go on as often as allowed, from steps drawn; return what became of it."""
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        refused = []
        for _ in range(REQUEUES_MAX):
            if state.status != "FAILED":  # nothing failed, or something is in doubt
                break
            from_step = data.draw(st.sampled_from(["", *sorted(state.nodes)]))
            try:
                await run.requeue(from_step=from_step, repeats_effects=repeats)
            except InputError as error:
                refused.append(str(error))
            state = await stage.ended(run)
        events = await events_of(run)
    assert stage.troubles.heard == []
    assert repeated(events) == []
    return world, events, refused


@given(plays(depth=3, functions=("one", "two", "three")), st.data())
def test_unasked_no_effect_that_succeeded_is_sent_again(flow: Node, data: st.DataObject) -> None:
    _, events, refused = asyncio.run(requeued(flow, data, repeats=False))
    times = Counter(
        event.node for event in events if isinstance(event, StepEnded) and event.outcome.is_success and _acts(event)
    )
    assert all(count == 1 for count in times.values()), times
    assert all("would repeat what was done" in told for told in refused)


@given(plays(depth=3, functions=("one", "two", "three")), st.data())
def test_even_when_asked_none_is_sent_again_under_another_key(flow: Node, data: st.DataObject) -> None:
    _, events, refused = asyncio.run(requeued(flow, data, repeats=True))
    assert refused == []
    assert all(len(keys) == 1 for keys in sent(events).values())


def _acts(event: StepEnded) -> bool:
    return event.name != "one"
