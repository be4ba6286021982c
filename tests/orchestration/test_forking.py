"""A run is forked: another begins with its history, goes on by itself, and sends nothing unless it is told to."""

import pytest

from holdfast import Effect, IdempotencyKey, Provided, Settlement, tool
from holdfast.journal.events import RunForked, RunStarted, StepEnded, StepIntended
from holdfast.journal.port import RunFilter
from holdfast.kernel.errors import DefinitionChanged, InputError, RunNotFound
from holdfast.kernel.limits import Budget
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.application.script import script
from holdfast.orchestration.application.steps import Steps
from holdfast.orchestration.application.versions import Migrated, Migration, OnChange
from holdfast.orchestration.flow.nodes import Block, DecisionNode, FunctionNode, Parallel, ScriptNode, Sequence
from holdfast.orchestration.past.cutting import AtVersion, BeforeStep, BeforeTurn
from tests.orchestration.bank import Bank, paying
from tests.orchestration.forks import keys_of, own_events
from tests.orchestration.world import World, one, step
from tests.runtime.stage import Stage, events_of, of_kind


def abc(function: str = "one") -> Sequence:
    return Sequence("root", tuple(step(name, function=function) for name in "abc"))


def made_up(what: str, key: IdempotencyKey) -> str:
    """Make a receipt up."""
    return f"a receipt of {what} under {key[:3]}"


@tool(effect=Effect.KEYED, simulate=made_up)
async def pay(what: str, *, key: IdempotencyKey, bank: Provided[Bank]) -> str:
    """Pay."""
    return await bank.pay(what, key, 0.0)


@tool(effect=Effect.UNSAFE, simulate=made_up)
async def hand_over(what: str, *, bank: Provided[Bank]) -> str:
    """Pay in cash."""
    return await bank.pay(what, None, 0.0)


def two_payments(by: str = "pay") -> Sequence:
    return Sequence("root", tuple(FunctionNode(name, by, input=f"{{'what': '{name}'}}") for name in "ab"))


async def test_a_fork_begins_with_the_history_and_goes_on_from_there() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(abc())]) as runtime:
        run = await runtime.start("root", None, request_id="mine")
        await stage.result(run)
        before = await events_of(run)
        fork = await runtime.fork(run, at=BeforeStep("root/b"), by="ann", note="again")
        assert await stage.result(fork) == "c"
        events = await events_of(fork)
        assert await events_of(run) == before
        assert [head.run for head in await runtime.runs(RunFilter(origin=run.id))] == [fork.id]
    assert world.sent == {"a": 1, "b": 2, "c": 2}
    (started,), (forked,) = of_kind(events, RunStarted), of_kind(events, RunForked)
    cut = forked.origin.version
    assert (started.run, started.origin, forked.origin.run) == (fork.id, forked.origin, run.id)
    assert started.request_id is None
    assert events[1:cut] == before[1:cut]
    assert events[cut] is forked
    assert (forked.before, forked.by, forked.note, forked.is_live) == ("root/b", "ann", "again", False)


async def test_by_default_the_last_thing_that_was_begun_is_done_again() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(abc())]) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
        await stage.result(await runtime.fork(run.id))
    assert world.sent == {"a": 1, "b": 1, "c": 2}


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (BeforeStep("root/z"), r"a step that run .* has entered, found 'root/z': it has root, root/a, root/b, root/c"),
        (BeforeTurn(0), r"expected BeforeTurn of 1 or more"),
        (BeforeTurn(1), r"expected a turn 1 in run .*, found the turns none"),
        (AtVersion(7), r"a turn or a step begins, found 7: the nearest are 5 \(before root/a\) and 9 \(before root/b"),
        (AtVersion(1), r"found 1: the nearest are \d \(before root\)"),
        (AtVersion(99), r"found 99: the nearest are 13 \(before root/c\)"),
    ],
)
async def test_a_place_that_there_is_not_is_refused_with_those_that_there_are(at: AtVersion, told: str) -> None:
    stage = Stage()
    async with stage.runtime(apps=[World(stage.clock).app(abc())]) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
        with pytest.raises(InputError, match=told):
            await runtime.fork(run, at=at)
        with pytest.raises(RunNotFound):
            await runtime.fork("run_0000")
        assert len(await runtime.runs()) == 1


async def test_the_same_request_twice_is_one_fork() -> None:
    stage = Stage()
    async with stage.runtime(apps=[World(stage.clock).app(abc())]) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
        forks = [await runtime.fork(run, request_id="once") for _ in range(2)]
    assert forks[0].id == forks[1].id


@pytest.mark.parametrize("by", ["pay", "hand_over"])
async def test_what_would_act_on_the_world_is_made_up_by_the_tools_own_simulation(by: str) -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(apps=[bank.app(two_payments(by), functions=(pay, hand_over))]) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
        booked = dict(bank.booked)
        fork = await runtime.fork(run, at=BeforeStep("root/b"))
        assert await stage.result(fork) == "a receipt of b under hf_"
        own = await own_events(fork)
    assert bank.booked == booked
    (intended,), (ended,) = of_kind(own, StepIntended), of_kind(own, StepEnded)
    assert (intended.is_simulated, intended.effect, intended.key) == (True, Effect.PURE, None)
    assert (ended.is_simulated, ended.outcome) == (True, Outcome.SUCCEEDED)


async def test_without_a_simulation_it_is_refused_and_nothing_was_done() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(apps=[bank.app(Sequence("root", (paying("card", "a"), paying("card", "b"))))]) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
        fork = await runtime.fork(run, at=BeforeStep("root/b"))
        state = await stage.ended(fork)
        (ended,) = of_kind(await own_events(fork), StepEnded)
    assert bank.booked == {"a": 1, "b": 1}
    assert state.outcome is Outcome.FAILED
    assert (ended.outcome, ended.stage, ended.is_simulated) == (Outcome.REFUSED, "fork", False)
    assert ended.fault is not None
    assert ended.fault.kind is ErrorKind.NOT_LIVE
    assert "nothing was done" in ended.fault.message


async def test_a_live_fork_sends_its_effects_under_keys_of_its_own() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(apps=[bank.app(two_payments(), functions=(pay,))]) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
        fork = await runtime.fork(run, at=BeforeStep("root/b"), live=True)
        assert await stage.result(fork) == "receipt of b"
        assert not (await keys_of(run)) & (await keys_of(fork))
    assert bank.booked == {"a": 1, "b": 2}


async def test_nothing_is_done_in_earnest_on_the_ground_of_what_was_made_up() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(apps=[bank.app(two_payments(), functions=(pay,))]) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
        fork = await runtime.fork(run, at=BeforeStep("root/b"))
        await stage.result(fork)
        with pytest.raises(InputError, match=r"found that run .* simulates its effects"):
            await runtime.fork(fork, at=BeforeStep("root/b"), live=True)
        assert await stage.result(await runtime.fork(fork, at=BeforeStep("root/a"), live=True)) == "receipt of b"
    assert bank.booked == {"a": 2, "b": 2}


async def test_a_doubt_stays_with_the_original_and_the_fork_begins_the_effect_anew() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    rest = Sequence("rest", (paying("card", "b", seconds=1), paying("card", "c")))
    async with stage.runtime(apps=[bank.app(Parallel("root", (paying("cash", "a"), rest)))]) as runtime:
        run = await runtime.start("root", None)
        assert (await stage.ended(run)).doubts == ("root/a",)
        fork = await runtime.fork(run, at=BeforeStep("root/rest/c"), live=True)
        state = await stage.ended(fork)
        assert (state.status, state.doubts) == ("COMPLETE", ())
        assert (await run.state()).doubts == ("root/a",)
        await run.settle("root/a", Settlement.HAPPENED, "found")
        assert (await stage.ended(run)).status == "COMPLETE"
    assert bank.booked == {"a": 2, "b": 1, "c": 2}


async def test_an_effect_that_was_open_at_the_cut_goes_under_another_key() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    rest = Sequence("rest", (paying("card", "b", seconds=1), paying("card", "c")))
    async with stage.runtime(apps=[bank.app(Parallel("root", (paying("card", "a", seconds=5), rest)))]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        fork = await runtime.fork(run, at=BeforeStep("root/rest/c"), live=True)
        assert (await stage.ended(fork)).status == "COMPLETE"
        assert len(await keys_of(fork)) == 2
        assert not (await keys_of(run)) & (await keys_of(fork))
    assert bank.booked == {"a": 2, "b": 1, "c": 2}


async def test_a_key_that_a_requeue_has_kept_is_not_the_forks() -> None:
    """The same call of the same node is sent under its old key in the run that was requeued, and in no other."""
    stage = Stage()
    bank = Bank(stage.clock, goes=["well", "well", "refused"])
    flow = Sequence("root", tuple(paying("card", name) for name in "abc"))
    async with stage.runtime(apps=[bank.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        await run.requeue(from_step="root/b", repeats_effects=True)
        assert (await stage.ended(run)).status == "COMPLETE"
        fork = await runtime.fork(run, at=BeforeStep("root/b"), live=True)
        assert (await stage.ended(fork)).status == "COMPLETE"
        assert not (await keys_of(run)) & (await keys_of(fork))
    assert bank.booked == {"a": 1, "b": 2, "c": 2}


async def test_requeuing_a_live_fork_asks_before_it_repeats_what_the_original_did() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["well", "refused", "refused", "well", "well"])
    flow = Sequence("root", tuple(paying("card", name) for name in "ab"))
    async with stage.runtime(apps=[bank.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        live = await runtime.fork(run, at=BeforeStep("root/b"), live=True)
        assert (await stage.ended(live)).status == "FAILED"
        with pytest.raises(InputError, match="would repeat what was done, or may have been: card at root/a"):
            await live.requeue(from_step="root/a")
        await live.requeue(from_step="root/a", repeats_effects=True)
        assert (await stage.ended(live)).status == "COMPLETE"
        assert not (await keys_of(run)) & (await keys_of(live))
        rehearsal = await runtime.fork(run, at=BeforeStep("root/b"))
        assert (await stage.ended(rehearsal)).status == "FAILED"
        await rehearsal.requeue(from_step="root/a")
        assert (await stage.ended(rehearsal)).status == "FAILED"
    assert bank.booked == {"a": 2, "b": 1}


async def test_a_run_can_be_forked_while_it_goes_on_and_after_it_was_cancelled() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Sequence("root", (step("a"), step("b", seconds=100), step("c")))
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
        first = await runtime.fork(run)
        await run.cancel("enough")
        assert (await stage.ended(run)).status == "CANCELLED"
        second = await runtime.fork(run)
        for fork in (first, second):
            assert (await stage.ended(fork)).status == "COMPLETE"
    assert world.done == {"a": 1, "b": 2, "c": 2}


async def test_a_fork_has_its_own_budget_and_time() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Sequence("root", (step("a", seconds=50), step("b", seconds=80), step("c")))
    async with stage.runtime(apps=[world.app(flow, budget=Budget(seconds=100))]) as runtime:
        run = await runtime.start("root", None)
        assert (await stage.ended(run)).status == "FAILED"
        await stage.clock.advance(10_000)
        same = await runtime.fork(run, at=BeforeStep("root/b"))
        assert (await stage.ended(same)).status == "COMPLETE"
        less = await runtime.fork(run, at=BeforeStep("root/b"), budget=Budget(seconds=60))
        state = await stage.ended(less)
        assert (state.status, state.budget.seconds) == ("FAILED", 60)
        more = await runtime.fork(less, at=BeforeStep("root/b"), budget=Budget())
        assert (await stage.ended(more)).status == "COMPLETE"


async def test_variables_blocks_questions_and_scripts_are_inherited_as_they_stood() -> None:
    @script
    async def plan(_given: object, steps: Steps) -> list[object]:
        first = await steps.call("first", one, name="x")
        return [first, await steps.call("second", one, name="y")]

    stage = Stage()
    world = World(stage.clock)
    ask = DecisionNode("ask", "'which?'", options=("left", "right"))
    flow = Sequence("root", (ask, Block("block", ScriptNode("plan", "plan")), step("last")))
    async with stage.runtime(apps=[world.app(flow, scripts=(plan,))]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        asked = await runtime.fork(run, at=BeforeStep("root/ask"))
        assert (await stage.ended(asked)).questions == ("root/ask",)
        await run.answer("root/ask", "left")
        await stage.result(run)
        fork = await runtime.fork(run, at=BeforeStep("root/block/plan/second"))
        await stage.result(fork)
        assert await fork.value(await fork.state(), "root/block") == ["x", "y"]
        assert (await asked.state()).questions == ("root/ask",)
    assert world.sent == {"x": 1, "y": 2, "last": 2}


async def test_a_fork_stops_where_the_app_has_changed_and_the_run_could_not_go_on() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(abc())]) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
    longer = Sequence("root", (*abc().steps, step("d")))
    async with stage.runtime(apps=[world.app(longer)]) as runtime:
        with pytest.raises(DefinitionChanged, match="flow has changed"):
            await runtime.fork(run.id, at=BeforeStep("root/b"))
    async with stage.runtime(apps=[world.app(longer, on_change=OnChange.PIN, older=[world.app(abc())])]) as runtime:
        assert await stage.result(await runtime.fork(run.id, at=BeforeStep("root/b"))) == "c"
    grows = Migration("grows", lambda _run: Migrated())
    async with stage.runtime(apps=[world.app(longer, on_change=OnChange.MIGRATE, migrations=[grows])]) as runtime:
        assert await stage.result(await runtime.fork(run.id, at=BeforeStep("root/b"))) == "d"
