"""A leaf that fails is tried again after a while, where that can help and nothing could be done twice."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import Settlement
from holdfast.execution.actions import Note, PlanRetry
from holdfast.integration.gateway.lines import answer, answer_json, call, fail
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import NodeLeft, NodeRetried, RetryDue, RunParked, StepEnded
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.fold.step_state import StepState
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import DefinitionError, InputError
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.kernel.retry import Retry
from holdfast.orchestration.flow.nodes import AgentNode, FunctionNode, Parallel, Sequence
from holdfast.orchestration.moves.retrying import retried
from holdfast.orchestration.people.dead_letters import Retrying
from holdfast.orchestration.run.handle import Run
from tests.orchestration.bank import Bank, paying
from tests.orchestration.clerk import Clerk
from tests.orchestration.lives import live, points, recorded, repeated
from tests.orchestration.world import World, one
from tests.runtime.stage import SCRIPTED, Stage, desk, events_of, of_kind

BUSY = Fault(ErrorKind.TOOL_FAILED, "busy", retryable=True)
SLOW = Retry(seconds_first=100.0, seconds_max=1_000.0)


async def waiting(stage: Stage, run: Run) -> RunState:
    """Return the run's state once it has left memory to wait."""

    async def parked() -> RunState:
        async for entry in run.events():
            if isinstance(entry.event, RunParked):
                break
        return await run.state()

    return await stage.until(parked())


async def until_retrying(run: Run) -> None:
    async for entry in run.events((await run.head()).version):
        if isinstance(entry.event, NodeRetried):
            return


async def test_what_failed_is_tried_again_and_leaves_memory_meanwhile() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["busy", "busy"])
    async with stage.runtime(apps=[bank.app(paying("card", retry=SLOW))]) as runtime:
        run = await runtime.start("root", None)
        assert await stage.result(run) == "receipt of root"
        events = await events_of(run)
    first, second = of_kind(events, NodeRetried)
    assert [parked.wake_at for parked in of_kind(events, RunParked)] == [first.retry_at, second.retry_at]
    assert [(due.attempt, due.by) for due in of_kind(events, RetryDue)] == [(1, ""), (2, "")]
    assert [at for _, _, at in bank.requests[1:]] == [first.retry_at, second.retry_at]
    assert bank.booked == {"root": 1}


async def test_each_definite_failure_opens_a_new_key() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["busy", "busy"])
    async with stage.runtime(apps=[bank.app(paying("card", retry=SLOW))]) as runtime:
        await stage.result(await runtime.start("root", None))
    assert len(bank.keys) == len(bank.requests) == 3


async def test_after_its_last_try_it_fails_with_the_last_fault_and_says_how_often() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["busy"] * 9)
    async with stage.runtime(apps=[bank.app(paying("card", retry=SLOW))]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert state.fault is not None
    assert (state.status, state.fault.message) == ("FAILED", "the bank is busy (tried 3 times)")
    assert len(bank.requests) == 3


@pytest.mark.parametrize("goes", ["refused", "broken"])
async def test_what_trying_again_does_not_help_is_not_tried_again(goes: str) -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=[goes])
    async with stage.runtime(apps=[bank.app(paying("cash", retry=SLOW))]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        assert of_kind(await events_of(run), NodeRetried) == []
    assert state.status == ("FAILED" if goes == "refused" else "WAITING"), "a call that broke off is in doubt"
    assert len(bank.requests) == 1


async def test_a_doubt_is_settled_first_and_never_tried_again_by_this_rule() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    async with stage.runtime(apps=[bank.app(paying("cash", retry=SLOW))]) as runtime:
        run = await runtime.start("root", None)
        assert (await stage.ended(run)).doubts == ("root",)
        await run.settle("root", Settlement.ABANDONED)
        assert (await stage.ended(run)).status == "FAILED"
    assert len(bank.requests) == 1


async def test_after_a_definite_failure_the_next_try_speaks_for_itself() -> None:
    """A call that fails for certain in its second try has failed for certain: nothing was open of the first."""
    stage = Stage()
    bank = Bank(stage.clock, goes=["busy", "refused"])
    async with stage.runtime(apps=[bank.app(paying("cash", retry=SLOW))]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert (state.status, state.doubts, len(bank.requests)) == ("FAILED", (), 2)


async def test_a_node_s_timeout_counts_over_all_its_tries() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["busy"] * 9)
    patient = Retry(attempts_max=9, seconds_first=1_000.0, seconds_max=1_000.0)
    async with stage.runtime(apps=[bank.app(paying("card", retry=patient, timeout_seconds=60.0))]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
    assert state.fault is not None
    assert (state.fault.kind, state.retrying) == (ErrorKind.TIMEOUT, ())
    assert state.ended_at == state.started_at + 60.0


async def test_what_lies_beside_it_goes_on_while_it_waits() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["busy"])
    flow = Parallel("root", (paying("card", "a", retry=SLOW), paying("card", "b")))
    async with stage.runtime(apps=[bank.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        state = await waiting(stage, run)
        assert state.retrying == ("root/a",)
        assert state.parked == "waiting to try again: root/a"
        assert state.nodes["root/b"].outcome is Outcome.SUCCEEDED
        (retry,) = await runtime.retries()
        assert retry == Retrying(
            run=run.id,
            app="root",
            title="None",
            step="root/a",
            tries=1,
            fault=state.nodes["root/a"].fault,
            failed_at=state.started_at,
            retry_at=state.nodes["root/a"].retry_at or 0.0,
        )
        await stage.result(run)
        assert await runtime.retries() == []
    assert bank.booked == {"a": 1, "b": 1}


async def test_a_run_that_waits_to_try_again_can_be_cancelled_at_once() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["busy"])
    async with stage.runtime(apps=[bank.app(paying("card", retry=SLOW))]) as runtime:
        run = await runtime.start("root", None)
        await waiting(stage, run)
        await run.cancel("not wanted any more")
        state = await stage.ended(run)
        assert (state.status, state.retrying, state.ended_at) == ("CANCELLED", (), state.started_at)
    assert len(bank.requests) == 1


async def test_whoever_does_not_want_to_wait_requeues_it() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["busy"])
    async with stage.runtime(apps=[bank.app(paying("card", retry=SLOW))]) as runtime:
        run = await runtime.start("root", None)
        state = await waiting(stage, run)
        with pytest.raises(InputError, match="but not from another step"):
            await run.requeue(from_step="root")
        await run.requeue(by="Ann")
        await run.requeue(by="Bob")
        assert await stage.result(run) == "receipt of root"
        (due,) = of_kind(await events_of(run), RetryDue)
    assert (due.by, bank.requests[1][2]) == ("Ann", state.started_at)


async def test_each_wait_can_be_cut_short_also_after_a_requeue() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["busy", "refused", "busy"])
    async with stage.runtime(apps=[bank.app(paying("card", retry=SLOW))]) as runtime:
        run = await runtime.start("root", None)
        begun = await waiting(stage, run)
        await run.requeue(by="Ann")
        assert (await stage.ended(run)).status == "FAILED"
        await run.requeue(by="Ann")
        await stage.until(until_retrying(run))
        await run.requeue(by="Ann")
        state = await stage.ended(run)
    assert (state.status, state.ended_at) == ("COMPLETE", begun.started_at), "nobody waited"


async def test_an_agent_asks_its_model_again_and_makes_no_finished_call_again() -> None:
    stage = Stage()
    world = World(stage.clock)
    agent = desk(tools=[one], model_attempts_max=2)
    app = world.app(AgentNode("root", "desk", retry=SLOW), agents=(agent,))
    model = ScriptedModel([call("one", {"name": "look"}), *[fail("overloaded")] * 3, answer("done")], name=SCRIPTED)
    async with stage.runtime(model, apps=[app]) as runtime:
        run = await runtime.start("root", "go")
        assert await stage.result(run) == "done"
        events = await events_of(run)
    assert [event.attempt for event in of_kind(events, NodeRetried)] == [1]
    assert world.sent == {"look": 1}
    assert [request.step for request in model.requests] == ["root/turn.1", *["root/turn.2"] * 4]
    assert repeated(events) == []


async def test_an_agent_gets_new_corrections_for_bad_answers() -> None:
    stage = Stage()
    agent = desk(output=dict[str, int], corrections_max=0)
    app = World(stage.clock).app(AgentNode("root", "desk", retry=Retry(attempts_max=3)), agents=(agent,))
    async with stage.runtime(["no", "never", answer_json({"sum": 1})], apps=[app]) as runtime:
        run = await runtime.start("root", "go")
        assert await stage.result(run) == {"sum": 1}
        faults = [event.fault.kind for event in of_kind(await events_of(run), NodeRetried)]
    assert faults == [ErrorKind.BAD_ANSWER] * 2


async def test_killed_at_each_point_of_its_way_it_is_tried_as_often_and_paid_once() -> None:
    flow = Sequence("root", (paying("card", "a", retry=SLOW), paying("card", "b")))
    stage = Stage()
    count = await points(stage, Bank(stage.clock, goes=["busy", "busy"]).app(flow), None, ())
    assert count > 10
    for kill_at in range(1, count + 1):
        stage = Stage()
        bank = Bank(stage.clock, goes=["busy", "busy"])
        assert await live(stage, bank.app(flow), None, (), kill_at) is None
        state = await live(stage, bank.app(flow), None, (), attend=Clerk(bank, requeues=False).attend)
        assert state is not None
        assert state.status == "COMPLETE", f"killed at point {kill_at}"
        assert bank.booked == {"a": 1, "b": 1}, f"killed at point {kill_at}"
        assert repeated(recorded(stage)) == []
        ends = [event for event in recorded(stage) if isinstance(event, StepEnded) and event.node == "root/a"]
        assert len(ends) <= 3


@given(st.integers(1, 99))
def test_the_bound_of_a_wait_doubles_up_to_a_limit(tries: int) -> None:
    retry = Retry(attempts_max=100, seconds_first=2.0, seconds_max=300.0)
    node = failing(tries - 1)
    (action,) = retried(retry, node, left(node))
    assert action == PlanRetry("root", tries, min(300.0, 2.0 * 2 ** (tries - 1)), BUSY)


async def test_waits_are_drawn_at_random_within_their_bounds() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["busy"] * 9)
    async with stage.runtime(apps=[bank.app(paying("card", retry=Retry(attempts_max=9)))]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        retries = [entry async for entry in run.events(follow=False) if isinstance(entry.event, NodeRetried)]
    waits = [entry.event.retry_at - entry.at for entry in retries if isinstance(entry.event, NodeRetried)]
    assert all(0.0 <= wait <= 2.0**place for place, wait in enumerate(waits))
    assert len(set(waits)) == len(waits) == 8


async def test_two_runs_that_fail_together_do_not_come_back_together() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["busy"] * 8)
    async with stage.runtime(apps=[bank.app(paying("card", retry=SLOW))]) as runtime:
        runs = [await runtime.start("root", None) for _ in range(8)]
        states = [await waiting(stage, run) for run in runs]
    instants = sorted(state.nodes["root"].retry_at or 0.0 for state in states if state.retrying)
    assert all(earlier < later for earlier, later in pairwise(instants))


@pytest.mark.parametrize(
    ("retry", "told"),
    [
        (Retry(attempts_max=0), "retry.attempts_max from 1 to 100, found 0"),
        (Retry(attempts_max=101), "found 101"),
        (Retry(seconds_first=0.0), "retry.seconds_first above 0"),
        (Retry(seconds_first=5.0, seconds_max=1.0), "found 5 and 1"),
    ],
)
def test_a_retry_that_cannot_be_meant_is_refused(retry: Retry, told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        World(VirtualClock()).app(FunctionNode("root", "one", retry=retry))


def failing(tries: int) -> NodeState:
    """Return a node whose read has failed once more."""
    step = StepState(name="look", attempt=tries + 1, outcome=Outcome.FAILED, fault=BUSY)
    return NodeState("root", "function", 0.0, step=step, tries=tries)


def left(node: NodeState) -> tuple[Note]:
    """Return what the node wants without a retry: its end."""
    return (Note((NodeLeft(node=node.path, outcome=Outcome.FAILED, fault=BUSY),)),)
