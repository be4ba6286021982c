"""A model call that failed is made again, at an instant that is in the journal, so often and no more."""

import asyncio

import pytest

from holdfast import Runtime
from holdfast.execution.calling import BACKOFF_SECONDS_FIRST, BACKOFF_SECONDS_MAX
from holdfast.integration.gateway.lines import Line, answer, fail
from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import ModelCalled, ModelFailed, ModelInterrupted
from holdfast.journal.fold.state import RunState
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.run.handle import Run
from tests.execution.talking import events_after
from tests.runtime.stage import Stage, desk, of_kind


async def test_a_call_that_failed_is_made_again_after_a_wait_that_is_in_the_journal() -> None:
    stage, model = Stage(), ScriptedModel([fail("busy")] * 4 + [answer("done")])
    async with stage.runtime(model) as runtime:
        run = await runtime.start(desk(), "hello")
        await stage.result(run)
        entries = [entry async for entry in run.events(follow=False)]
    failures = [(entry.at, entry.event) for entry in entries if isinstance(entry.event, ModelFailed)]
    calls_made = [(entry.at, entry.event.attempt) for entry in entries if isinstance(entry.event, ModelCalled)]
    assert [attempt for _, attempt in calls_made] == [1, 2, 3, 4, 5]
    for number, (at, failed) in enumerate(failures):
        assert failed.retry_at is not None
        assert 0 <= failed.retry_at - at <= min(BACKOFF_SECONDS_MAX, BACKOFF_SECONDS_FIRST * 2**number)
        assert calls_made[number + 1][0] == pytest.approx(failed.retry_at)


async def test_what_the_provider_asks_for_wins() -> None:
    stage, model = Stage(), ScriptedModel([fail("busy", retry_after_seconds=90), answer("done")])
    async with stage.runtime(model) as runtime:
        run = await runtime.start(desk(), "hello")
        began = stage.clock.now()
        await stage.result(run)
    assert stage.clock.now() - began == pytest.approx(90, abs=1)


async def test_attempts_have_an_end_and_the_last_failure_is_the_reason() -> None:
    model = ScriptedModel([fail(f"busy {number}") for number in range(9)])
    state, events = await events_after(model, desk(model_attempts_max=3))
    assert len(model.requests) == 3
    assert state.fault == Fault(ErrorKind.MODEL_FAILED, "busy 2", retryable=True)
    assert [event.retry_at is None for event in of_kind(events, ModelFailed)] == [False, False, True]


async def test_what_trying_again_cannot_mend_is_not_tried_again() -> None:
    model = ScriptedModel([fail(Fault(ErrorKind.MODEL_FAILED, "no such account")), answer("hi")])
    state, _ = await events_after(model, desk())
    assert state.fault == Fault(ErrorKind.MODEL_FAILED, "no such account")
    assert len(model.requests) == 1


async def test_a_model_that_raises_anything_is_a_failed_call() -> None:
    model = ScriptedModel([ValueError("broken"), answer("hi")])
    state, events = await events_after(model, desk())
    assert state.outcome is Outcome.SUCCEEDED
    (failed,) = of_kind(events, ModelFailed)
    assert failed.fault.message == "model 'scripted' failed: ValueError: broken"


async def test_a_model_that_is_cancelled_from_inside_is_a_failed_call_and_not_a_cancelled_run() -> None:
    def cancels(_request: ModelRequest) -> Line:
        if len(model.requests) < 3:
            raise asyncio.CancelledError
        return answer("hi")

    model = ScriptedModel(cancels)
    state, events = await events_after(model, desk())
    assert state.outcome is Outcome.SUCCEEDED
    assert [event.attempt for event in of_kind(events, ModelFailed)] == [1, 2]
    assert of_kind(events, ModelInterrupted) == []


async def test_a_wait_for_the_next_attempt_survives_a_restart() -> None:
    stage, agent = Stage(), desk()
    async with stage.runtime([fail("busy", retry_after_seconds=600)], apps=[agent]) as runtime:
        run = await runtime.start(agent, "hello")
        began = stage.clock.now()
        await stage.clock.advance(100)
    async with stage.runtime(ScriptedModel([answer("done")]), apps=[agent]) as runtime:
        await stage.clock.advance(400)
        assert not (await run_again(runtime, run)).is_over
        assert await stage.result(await runtime.run(run.id)) == "done"
    assert stage.clock.now() - began == pytest.approx(600, abs=2)


async def run_again(runtime: Runtime, run: Run) -> RunState:
    return await (await runtime.run(run.id)).state()
