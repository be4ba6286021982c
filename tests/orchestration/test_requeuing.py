"""A run that failed goes on from where it failed when somebody requeues it: what succeeded is never repeated."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from holdfast import Budget, Settlement
from holdfast.integration.gateway.lines import answer, call, fail, stop
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import DoubtSettled, LifecycleMoved, ModelReplied, RunEnded, RunRequeued
from holdfast.journal.fold import fold
from holdfast.journal.fold.state import RunState
from holdfast.journal.mail import Requeue, Resume, encode_mail
from holdfast.journal.port import Letter
from holdfast.kernel.errors import InputError, RunFailed
from holdfast.kernel.ids import LetterId, RunId
from holdfast.kernel.messages import StopReason
from holdfast.kernel.outcomes import Outcome
from holdfast.kernel.retry import Retry
from holdfast.orchestration.flow.nodes import AgentNode, FunctionNode, Join, Map, Parallel, Sequence
from holdfast.orchestration.past.requeue import Past, requeued
from holdfast.orchestration.run.handle import Run
from tests.journal.samples import recorded as journal
from tests.journal.samples import started
from tests.orchestration.bank import TIMEOUT, Bank, paying
from tests.orchestration.clerk import Clerk
from tests.orchestration.lives import live, points, recorded, repeated
from tests.orchestration.world import World, one, step, two
from tests.runtime.stage import SCRIPTED, Stage, desk, events_of, of_kind

THREE = Sequence("root", (paying("card", "a"), paying("cash", "b"), paying("wire", "c")))


async def dead(stage: Stage, run: Run) -> RunState:
    """Return the run's state once it has failed."""
    state = await stage.ended(run)
    assert state.status == "FAILED"
    return state


async def test_it_goes_on_where_it_failed_and_keeps_what_succeeded() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["well", "refused"])
    async with stage.runtime(apps=[bank.app(THREE)]) as runtime:
        run = await runtime.start("root", None)
        await dead(stage, run)
        with pytest.raises(RunFailed):
            await run.result()
        await run.requeue(by="Ann", note="the account is open now")
        assert await stage.result(run) == "receipt of c"
        events = await events_of(run)
    (requeued,) = of_kind(events, RunRequeued)
    assert (requeued.by, requeued.note) == ("Ann", "the account is open now")
    assert (requeued.reopened, requeued.dropped) == (("root", "root/b"), ())
    assert [what for what, _, _ in bank.requests] == ["a", "b", "b", "c"]
    assert bank.booked == {"a": 1, "b": 1, "c": 1}
    assert repeated(events) == []


async def test_twice_is_once() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["refused"])
    async with stage.runtime(apps=[bank.app(THREE)]) as runtime:
        run = await runtime.start("root", None)
        await dead(stage, run)
        await run.requeue(by="Ann")
        await run.requeue(by="Bob")
        with pytest.raises(InputError, match="found that Ann has, from where it failed"):
            await run.requeue(by="Eve", budget=Budget(turns=3))
        await stage.result(run)
        assert len(of_kind(await events_of(run), RunRequeued)) == 1
    assert bank.booked == {"a": 1, "b": 1, "c": 1}


async def test_it_can_fail_and_be_requeued_again() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["refused"] * 4)
    async with stage.runtime(apps=[bank.app(THREE)]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.until(Clerk(bank).attend(run))
    assert (state.status, state.requeues) == ("COMPLETE", 4)


async def test_another_process_takes_it_up() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["refused"])
    async with stage.runtime(apps=[bank.app(THREE)]) as runtime:
        run = await runtime.start("root", None)
        await dead(stage, run)
    async with stage.runtime(apps=[bank.app(THREE)], drives=False) as runtime:
        await (await runtime.run(run.id)).requeue()
        assert not (await (await runtime.run(run.id)).head()).is_over
    async with stage.runtime(apps=[bank.app(THREE)]) as runtime:
        assert await stage.result(await runtime.run(run.id)) == "receipt of c"


async def test_letters_from_before_it_was_requeued_say_nothing_to_it() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["refused"])
    async with stage.runtime(apps=[bank.app(THREE)]) as runtime:
        run = await runtime.start("root", None)
        await dead(stage, run)
        await run.cancel("too late")
        await run.requeue()
        assert await stage.result(run) == "receipt of c"


async def test_branches_that_were_ended_with_the_one_that_failed_go_on_too() -> None:
    stage = Stage()
    world = World(stage.clock)
    goes = {"a": "well", "b": "well", "c": "badly"}
    each = FunctionNode("do", "one", input="{'name': item, 'goes': input[item], 'seconds': 1 if item == 'c' else 2}")
    flow = Sequence("root", (Map("each", "['a', 'b', 'c']", each, key="item"),))
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", goes)
        await dead(stage, run)
        await run.requeue()
        state = await dead(stage, run)
    assert state.nodes["root/each[a]"].outcome is Outcome.CANCELLED
    assert world.sent == {"a": 2, "b": 2, "c": 2}


async def test_what_failed_below_a_node_that_succeeded_stays_as_it_is() -> None:
    stage = Stage()
    world = World(stage.clock)
    some = Parallel("some", (step("a", "badly"), step("b")), join=Join.BEST_EFFORT)
    flow = Sequence("root", (some, step("c", "badly")))
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await dead(stage, run)
        await run.requeue()
        await dead(stage, run)
        (requeued,) = of_kind(await events_of(run), RunRequeued)
    assert requeued.reopened == ("root", "root/c")
    assert world.sent == {"a": 1, "b": 1, "c": 2}


async def test_an_input_that_did_not_evaluate_is_evaluated_again() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Sequence("root", (step("a"), FunctionNode("b", "one", input="{'name': a + 1}")))
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await dead(stage, run)
        await run.requeue()
        await dead(stage, run)
        (requeued,) = of_kind(await events_of(run), RunRequeued)
    assert (requeued.reopened, requeued.dropped) == (("root",), ("root/b",))
    assert stage.troubles.heard == []


async def test_what_timed_out_has_all_its_time_once_more() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    flow = paying("card", seconds=TIMEOUT - 1, timeout_seconds=5.0)
    async with stage.runtime(apps=[bank.app(flow, budget=Budget(seconds=6.0))]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        assert state.doubts == ("root",), "it was cut off"
        await stage.clock.advance(60.0)
        await run.settle("root", Settlement.DID_NOT)
        await dead(stage, run)
        await stage.clock.advance(1_000.0)
        at = stage.clock.now()
        await run.requeue()
        await stage.ended(run)
    assert stage.clock.now() == at + 5.0


async def test_an_agent_is_asked_again_and_no_call_of_it_is_made_again() -> None:
    stage = Stage()
    world = World(stage.clock)
    agent = desk(tools=[one, two], model_attempts_max=1)
    app = world.app(AgentNode("root", "desk"), agents=(agent,))
    model = ScriptedModel([call("two", {"name": "paid"}), fail("down"), answer("done")], name=SCRIPTED)
    async with stage.runtime(model, apps=[app]) as runtime:
        run = await runtime.start("root", "go")
        await dead(stage, run)
        await run.requeue()
        assert await stage.result(run) == "done"
        events = await events_of(run)
    assert [event.turn for event in of_kind(events, ModelReplied)] == [1, 2]
    assert world.sent == {"paid": 1}
    assert repeated(events) == []


async def test_an_agent_that_would_not_answer_is_asked_the_same_again() -> None:
    stage = Stage()
    says = iter((stop(StopReason.REFUSAL, "I would rather not"), answer("done")))
    model = ScriptedModel(lambda _request: next(says), name=SCRIPTED)
    async with stage.runtime(model) as runtime:
        run = await runtime.start(desk(), "go")
        await dead(stage, run)
        await run.requeue()
        assert await stage.result(run) == "done"
        requests = model.requests
    assert requests[0].messages == requests[1].messages


async def test_a_budget_that_was_too_small_is_raised() -> None:
    stage = Stage()
    world = World(stage.clock)
    agent = desk(tools=[one], budget=Budget(turns=1))
    script = [call("one", {"name": "look"}), answer("done")]
    app = world.app(AgentNode("root", "desk"), agents=(agent,), budget=Budget(turns=1, usd=1.0))
    async with stage.runtime(script, apps=[app]) as runtime:
        run = await runtime.start("root", "go")
        await dead(stage, run)
        await run.requeue()
        await dead(stage, run)
        await run.requeue(budget=Budget(turns=5, tokens=10))
        assert await stage.result(run) == "done"
        state = await run.state()
    assert state.budget == Budget(turns=5, usd=1.0), "what had no limit gets none"
    assert world.sent == {"look": 1}


async def test_seconds_are_not_raised() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["refused"])
    async with stage.runtime(apps=[bank.app(THREE)]) as runtime:
        run = await runtime.start("root", None)
        await dead(stage, run)
        with pytest.raises(InputError, match="they count anew anyway"):
            await run.requeue(budget=Budget(seconds=9.0))


async def test_what_succeeded_was_cancelled_or_goes_on_is_refused() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(apps=[bank.app(THREE), bank.app(paying("card", "slow", seconds=5.0))]) as runtime:
        done = await runtime.start("root", None)
        await stage.ended(done)
        cancelled = await runtime.start("root", None)
        await cancelled.cancel("not wanted")
        await stage.ended(cancelled)
        running = await runtime.start("slow", None)
        for run, told in ((done, "COMPLETE"), (cancelled, "CANCELLED"), (running, "expected a run that failed")):
            with pytest.raises(InputError, match=told):
                await run.requeue()
            with pytest.raises(InputError, match=told):
                await run.drop()


async def test_an_effect_that_may_have_been_done_is_not_sent_again_unless_somebody_says_so() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    async with stage.runtime(apps=[bank.app(paying("cash"))]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        await run.settle("root", Settlement.ABANDONED)
        await dead(stage, run)
        with pytest.raises(InputError, match=r"may have been: cash at root\. .*--repeat-effects"):
            await run.requeue()
        await run.requeue(repeats_effects=True)
        assert await stage.result(run) == "receipt of root"
        assert len(of_kind(await events_of(run), DoubtSettled)) == 1
    assert bank.booked == {"root": 2}, "somebody has said so"


async def test_a_letter_of_the_store_reopens_nothing_by_itself() -> None:
    """A driver that finds a run reopened for no reason that it knows lets it be over again."""
    stage = Stage()
    bank = Bank(stage.clock, goes=["refused"])
    async with stage.runtime(apps=[bank.app(THREE)]) as runtime:
        run = await runtime.start("root", None)
        state = await dead(stage, run)
        stray = Letter(LetterId("stray"), run.id, encode_mail(Resume("Eve")), reopens=state.version)
        await runtime._store.post([stray])
        await stage.until(runtime._serving.wake(run.id))
        state = await dead(stage, run)
        assert (await run.head()).is_over
        await run.requeue()
        assert await stage.result(run) == "receipt of c"


def test_what_was_rejected_is_validated_again() -> None:
    state = fold(journal((started(), RunEnded(status="REJECTED", outcome=Outcome.REFUSED))))
    again, moved = requeued(state, Past(), Requeue(version=state.version, by="Ann"))
    assert isinstance(again, RunRequeued)
    assert (again.reopened, again.dropped) == ((), ())
    assert isinstance(moved, LifecycleMoved)
    assert (moved.to, moved.reason) == ("VALIDATING", "requeued by Ann")


def test_a_part_of_another_run_is_left_to_that_one() -> None:
    ended = RunEnded(status="FAILED", outcome=Outcome.FAILED)
    state = replace(fold(journal((started(), ended))), parent=RunId("run_above"))
    with pytest.raises(InputError, match="part of run run_above, which decides what follows: requeue that one"):
        requeued(state, Past(), Requeue(version=state.version, by="Ann"))


async def lived(kills: list[int]) -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["well", "refused", "busy", "refused"])
    app = bank.app(Sequence("root", (paying("card", "a"), paying("wire", "b"), paying("cash", "c", retry=Retry()))))
    state: RunState | None = None
    for kill_at in (*kills, 0):
        state = await live(stage, app, None, (), kill_at, Clerk(bank).attend)
    assert state is not None
    assert state.status == "COMPLETE"
    assert bank.booked == {"a": 1, "b": 1, "c": 1}
    assert repeated(recorded(stage)) == []


@given(st.lists(st.integers(1, 40), max_size=4))
def test_however_often_its_process_dies_what_is_requeued_is_done_once(kills: list[int]) -> None:
    asyncio.run(lived(kills))


async def test_killed_at_each_point_from_its_failure_to_its_success_nothing_is_lost_or_repeated() -> None:
    goes = ["well", "busy", "refused", "well", "busy", "refused"]
    flow = Sequence(
        "root", (paying("card", "a"), paying("wire", "b", retry=Retry()), paying("cash", "c", retry=Retry()))
    )
    stage = Stage()
    bank = Bank(stage.clock, goes=list(goes))
    count = await points(stage, bank.app(flow), None, (), Clerk(bank).attend)
    assert count > 30
    for kill_at in range(1, count + 1):
        stage = Stage()
        bank = Bank(stage.clock, goes=list(goes))
        attend = Clerk(bank).attend
        await live(stage, bank.app(flow), None, (), kill_at, attend)
        state = await live(stage, bank.app(flow), None, (), attend=attend)
        assert state is not None
        assert state.status == "COMPLETE", f"killed at point {kill_at}"
        assert bank.booked == {"a": 1, "b": 1, "c": 1}, f"killed at point {kill_at}"
        assert repeated(recorded(stage)) == [], f"killed at point {kill_at}"
