"""The call, alone: its time, its failures, and what is known afterwards."""

import asyncio
import concurrent.futures
import contextvars
import threading
from collections.abc import Callable, Iterator

import pytest

from holdfast.integration.tools.contract import IdempotencyKey, OutcomeUnknown, Tool, ToolFailure, tool
from holdfast.integration.tools.invocation import End, Failed, Invocation, Unknown
from holdfast.integration.tools.stages.call import THREAD_WAIT_SECONDS_MAX, Call
from holdfast.integration.tools.threads import Threads
from holdfast.kernel.effects import Effect
from holdfast.kernel.outcomes import ErrorKind, Fault
from tests.integration.tools.samples import doing, look, saying
from tests.integration.tools.workshop import Workshop, workshop

WRITES = [Effect.KEYED, Effect.TRANSACTIONAL, Effect.UNSAFE]
LOOKS = [Effect.PURE, Effect.READ]


@pytest.fixture
def threads() -> Iterator[Threads]:
    threads = Threads(2)
    yield threads
    threads.close()


def ready(shop: Workshop, given: Tool, attempt: int = 1) -> Invocation:
    invocation = shop.invocation(shop.order(given.name, attempt=attempt))
    invocation.tool = given
    invocation.values = {given.signature.key: "hf_key"} if given.signature.key else {}
    return invocation


async def called(given: Tool, threads: Threads, attempt: int = 1) -> tuple[Invocation, End | None]:
    async with workshop(given) as shop:
        invocation = ready(shop, given, attempt)
        return invocation, await Call(shop.clock, threads).run(invocation)


async def timed_out(given: Tool, threads: Threads, attempt: int = 1) -> End | None:
    async with workshop(given) as shop:
        calling = asyncio.create_task(Call(shop.clock, threads).run(ready(shop, given, attempt)))
        await shop.clock.advance(given.timeout_seconds - 0.1)
        assert not calling.done()
        await shop.clock.advance(0.2)
        return await calling


def failed(end: End | None) -> Fault:
    assert isinstance(end, Failed)
    return end.fault


def lost(end: End | None) -> bool:
    """Whether what became of it is in doubt; it says why nobody knows."""
    assert isinstance(end, Unknown)
    assert end.reason
    return end.in_doubt


def raising(error: BaseException, effect: Effect = Effect.READ) -> Tool:
    def act() -> object:
        raise error

    return doing(act, effect)


def sleeping(effect: Effect) -> Tool:
    async def sleep_keyed(*, key: IdempotencyKey) -> None:
        """Sleep."""
        await asyncio.Event().wait()

    async def sleep() -> None:
        """Sleep."""
        await asyncio.Event().wait()

    probe = look if effect is Effect.TRANSACTIONAL else None
    return tool(effect=effect, timeout_seconds=5, probe=probe)(sleep_keyed if effect is Effect.KEYED else sleep)


async def test_the_value_is_what_the_function_returns(threads: Threads) -> None:
    invocation, end = await called(saying({"a": 1}), threads)
    assert end is None
    assert invocation.value == {"a": 1}


async def test_a_plain_function_runs_in_a_thread_in_the_context_of_its_caller(threads: Threads) -> None:
    who = contextvars.ContextVar("who", default="nobody")
    who.set("caller")

    @tool
    def where() -> list[str]:
        """Say where."""
        return [threading.current_thread().name, who.get()]

    invocation, end = await called(where, threads)
    assert end is None
    assert invocation.value == ["holdfast-tool-where", "caller"]


async def test_what_the_author_says_of_a_failure_is_told(threads: Threads) -> None:
    _, end = await called(raising(ToolFailure("sold out", retryable=True, hint="ask tomorrow")), threads)
    assert failed(end) == Fault(ErrorKind.TOOL_FAILED, "sold out", retryable=True, hint="ask tomorrow")


@pytest.mark.parametrize("effect", LOOKS)
async def test_an_exception_of_a_look_is_its_failure(effect: Effect, threads: Threads) -> None:
    _, end = await called(raising(ValueError("no\nsuch\x1b order" + "!" * 9_999), effect), threads)
    fault = failed(end)
    assert fault.kind is ErrorKind.TOOL_FAILED
    assert fault.message.startswith("ValueError: no such\\u001b order!!!")
    assert len(fault.message) <= 600
    assert "change the arguments" in fault.hint


@pytest.mark.parametrize("effect", WRITES)
async def test_an_exception_of_a_write_tells_nothing_of_what_became_of_it(effect: Effect, threads: Threads) -> None:
    """A client library's own timeout is no TimeoutError: only a ToolFailure is definite."""
    _, end = await called(raising(OSError("read timed out"), effect), threads)
    assert lost(end) is (effect is not Effect.KEYED)


async def test_an_exception_without_words_is_named(threads: Threads) -> None:
    _, end = await called(raising(ZeroDivisionError()), threads)
    assert failed(end).message == "ZeroDivisionError"


@pytest.mark.parametrize("effect", LOOKS)
async def test_a_look_that_takes_too_long_has_failed_and_may_be_repeated(effect: Effect, threads: Threads) -> None:
    fault = failed(await timed_out(sleeping(effect), threads))
    assert (fault.kind, fault.retryable) == (ErrorKind.TIMEOUT, True)
    assert fault.message.endswith("gave no answer in 5 seconds")


async def test_a_keyed_call_is_in_doubt_only_after_its_last_attempt(threads: Threads) -> None:
    pay = sleeping(Effect.KEYED)
    assert lost(await timed_out(pay, threads, attempt=pay.attempts_max - 1)) is False
    assert lost(await timed_out(pay, threads, attempt=pay.attempts_max)) is True


@pytest.mark.parametrize("effect", [Effect.TRANSACTIONAL, Effect.UNSAFE])
async def test_any_other_write_is_in_doubt_at_once(effect: Effect, threads: Threads) -> None:
    assert lost(await timed_out(sleeping(effect), threads)) is True


@pytest.mark.parametrize("error", [OutcomeUnknown("lost"), TimeoutError(), ConnectionResetError("reset by peer")])
async def test_a_connection_that_broke_says_as_little_as_a_timeout(error: Exception, threads: Threads) -> None:
    _, end = await called(raising(error, Effect.UNSAFE), threads)
    assert lost(end) is True
    _, end = await called(raising(error, Effect.READ), threads)
    assert failed(end).kind is ErrorKind.TIMEOUT
    assert failed(end).message.startswith("act broke off: ")


async def test_what_is_raised_while_time_runs_out_does_not_hide_the_doubt(threads: Threads) -> None:
    @tool(timeout_seconds=5)
    async def tidy() -> None:
        """Tidy up, badly."""
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("while tidying up")

    assert lost(await timed_out(tidy, threads)) is True


async def test_cancellation_passes(threads: Threads) -> None:
    given = sleeping(Effect.READ)
    async with workshop(given) as shop:
        calling = asyncio.create_task(Call(shop.clock, threads).run(ready(shop, given)))
        await asyncio.sleep(0)
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling


@pytest.mark.parametrize("error", [asyncio.CancelledError(), asyncio.CancelledError("mine")])
async def test_a_tool_that_cancels_itself_has_failed_and_takes_nobody_along(
    error: asyncio.CancelledError, threads: Threads
) -> None:
    _, end = await called(raising(error), threads)
    assert failed(end).message == "RuntimeError: it awaited something that was cancelled"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (SystemExit(3), "RuntimeError: it raised SystemExit: 3"),
        (StopIteration(), "RuntimeError: it raised StopIteration: "),
        (concurrent.futures.CancelledError(), "CancelledError"),
        (asyncio.CancelledError(), "RuntimeError: it awaited something that was cancelled"),
        (KeyboardInterrupt(), "RuntimeError: it raised KeyboardInterrupt: "),
        (KeyError("k"), "KeyError: 'k'"),
    ],
)
async def test_nothing_a_plain_function_raises_ends_the_process(
    error: BaseException, message: str, threads: Threads
) -> None:
    @tool(effect=Effect.READ)
    def act() -> None:
        """Act."""
        raise error

    _, end = await called(act, threads)
    assert failed(end).message == message.strip()


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    gate = threading.Event()
    yield gate
    gate.set()


def blocked_by(gate: threading.Event) -> Callable[[Effect], Tool]:
    def make(effect: Effect) -> Tool:
        @tool(effect=effect, timeout_seconds=5)
        def block() -> None:
            """Block."""
            gate.wait()

        return block

    return make


async def test_a_plain_function_past_its_time_is_left_to_finish(threads: Threads, gate: threading.Event) -> None:
    assert lost(await timed_out(blocked_by(gate)(Effect.UNSAFE), threads)) is True


async def test_without_a_free_thread_nothing_is_sent(threads: Threads, gate: threading.Event) -> None:
    block = blocked_by(gate)(Effect.UNSAFE)
    for _ in range(2):
        await timed_out(block, threads)
    async with workshop(block) as shop:
        calling = asyncio.create_task(Call(shop.clock, threads).run(ready(shop, block)))
        await shop.clock.advance(THREAD_WAIT_SECONDS_MAX + 1)
        fault = failed(await calling)
    assert (fault.kind, fault.retryable) == (ErrorKind.TIMEOUT, True)
    assert fault.message.endswith("it was not called")


async def test_a_thread_is_free_again_when_its_function_returns(threads: Threads, gate: threading.Event) -> None:
    block = blocked_by(gate)(Effect.READ)
    for _ in range(2):
        await timed_out(block, threads)
    gate.set()
    invocation, end = await called(block, threads)
    assert end is None
    assert invocation.value is None


@pytest.mark.parametrize("effect", WRITES)
async def test_only_what_the_author_says_has_failed_for_certain(effect: Effect, threads: Threads) -> None:
    _, end = await called(raising(ToolFailure("sold out"), effect), threads)
    assert isinstance(end, Failed)
    assert end.is_definite
    _, end = await called(raising(ValueError("a bug"), effect), threads)
    assert isinstance(end, Unknown)


@pytest.mark.parametrize("effect", WRITES)
async def test_a_later_attempt_that_fails_says_nothing_of_the_one_before_it(effect: Effect, threads: Threads) -> None:
    _, end = await called(raising(ToolFailure("too many requests"), effect), threads, attempt=2)
    assert lost(end) is (effect is not Effect.KEYED)
