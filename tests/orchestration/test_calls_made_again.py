"""Calls that failed in passing are made again at an instant that is on record, in this process or the next."""

from holdfast import App, Effect, IdempotencyKey, OutcomeUnknown, ToolFailure, tool
from holdfast.flow import FunctionNode
from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.integration.tools.contract import Tool
from holdfast.journal.events import StepEnded, StepIntended, StepRetried
from holdfast.kernel.limits import Budget
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.kernel.retry import Retry
from holdfast.orchestration.run.handle import Run
from tests.orchestration.lives import live, points, recorded, repeated
from tests.runtime.stage import Stage, desk, events_of, of_kind

RETRY = Retry(attempts_max=5, seconds_first=10.0, seconds_max=60.0)


class Bank:
    """Books what it is sent, once for each key, after it has failed so often."""

    def __init__(self, stage: Stage, fails: list[Exception]) -> None:
        self.stage, self.fails = stage, fails
        self.requests = list[tuple[str, float]]()
        self.booked = set[str]()

    def tool(self, timeout_seconds: float = 30.0) -> Tool:
        @tool(effect=Effect.KEYED, retry=RETRY, attempts_max=9, timeout_seconds=timeout_seconds)
        async def pay(cents: int, *, key: IdempotencyKey) -> str:
            """Pay."""
            self.requests.append((key, self.stage.clock.now()))
            if self.fails:
                raise self.fails.pop(0)
            self.booked.add(key)
            return "paid"

        return pay


def model() -> ScriptedModel:
    return ScriptedModel([call("pay", {"cents": 7}), answer("paid")])


async def test_each_wait_is_on_record_and_the_model_sees_one_call() -> None:
    stage = Stage()
    bank = Bank(stage, [ToolFailure("busy", retryable=True), OutcomeUnknown("lost"), ConnectionResetError("reset")])
    async with stage.runtime(script := model()) as runtime:
        run = await runtime.start(desk(tools=[bank.tool()]), "hello")
        assert await stage.result(run) == "paid"
        events = await events_of(run)
    retried = of_kind(events, StepRetried)
    assert [at for _, at in bank.requests[1:]] == [each.retry_at for each in retried]
    assert [(each.attempt, each.is_definite) for each in retried] == [(1, True), (2, False), (3, False)]
    keys = [key for key, _ in bank.requests]
    assert keys[0] != keys[1] == keys[2] == keys[3], "only a definite failure opens a new key"
    assert [each.attempt for each in of_kind(events, StepIntended)] == [1, 2, 3, 4]
    assert [each.outcome for each in of_kind(events, StepEnded)] == [Outcome.SUCCEEDED]
    assert len(script.requests) == 2


async def test_a_run_that_is_cancelled_while_it_waits_is_in_doubt_only_if_it_may_have_been_sent() -> None:
    for error, doubts in ((ToolFailure("busy", retryable=True), ()), (OutcomeUnknown("lost"), ("desk/turn.1/call.1",))):
        stage = Stage()
        bank = Bank(stage, [error])
        async with stage.runtime(model()) as runtime:
            run = await runtime.start(desk(tools=[bank.tool()]), "hello")
            await stage.until(retrying(run))
            await run.cancel("enough")
            state = await stage.ended(run)
        assert state.doubts == doubts
        assert (state.status == "CANCELLED") is (not doubts)


async def retrying(run: Run) -> None:
    async for entry in run.events():
        if isinstance(entry.event, StepRetried):
            return


async def test_no_try_is_planned_for_after_the_time_of_the_run() -> None:
    stage = Stage()
    bank = Bank(stage, [ToolFailure("busy", retryable=True, retry_after_seconds=30)])
    async with stage.runtime(model()) as runtime:
        run = await runtime.start(desk(tools=[bank.tool()]), "hello", budget=Budget(seconds=20))
        state = await stage.ended(run)
        (ended,) = of_kind(await events_of(run), StepEnded)
    assert ended.fault is not None
    assert (ended.fault.kind, ended.outcome) == (ErrorKind.TOOL_FAILED, Outcome.FAILED)
    assert state.outcome is Outcome.SUCCEEDED, "the model was told in time"


async def test_a_process_may_die_at_any_point_of_it() -> None:
    def fresh() -> tuple[Stage, Bank]:
        stage = Stage()
        return stage, Bank(stage, [ToolFailure("busy", retryable=True), OutcomeUnknown("lost")])

    def app(bank: Bank) -> App:
        return App("root", FunctionNode("root", "pay", input="{'cents': 7}"), functions=(bank.tool(),), input=object)

    stage, bank = fresh()
    count = await points(stage, app(bank), None, ())
    assert len(bank.requests) == 3
    for kill_at in range(1, count + 1):
        stage, bank = fresh()
        assert await live(stage, app(bank), None, (), kill_at) is None
        state = await live(stage, app(bank), None, ())
        assert state is not None
        assert state.outcome is Outcome.SUCCEEDED, f"killed at point {kill_at}"
        assert len(bank.booked) == 1, f"killed at point {kill_at}"
        assert repeated(recorded(stage)) == []
