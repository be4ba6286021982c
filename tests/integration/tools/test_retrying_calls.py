"""A call that failed in passing is made again later, where nothing can be done twice by it and there is time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.tools.contract import IdempotencyKey, OutcomeUnknown, Tool, ToolFailure, tool
from holdfast.integration.tools.retrying import RETRY_AFTER_SECONDS_MAX
from holdfast.journal.events import NodeEntered, StepEnded, StepInterrupted, StepRetried
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.kernel.retry import Retry
from tests.integration.tools.samples import look
from tests.integration.tools.workshop import NODE, Step, workshop

BUSY = ToolFailure("busy", retryable=True)
SOLD_OUT = ToolFailure("sold out")
LOST = OutcomeUnknown("the line went dead")
DOWN = ConnectionResetError("reset by peer")
BUG = ValueError("a bug")
RETRY = Retry(attempts_max=3, seconds_first=2.0, seconds_max=60.0)
AGAIN, ENDED, INTERRUPTED = StepRetried, StepEnded, StepInterrupted


def failing(error: Exception, effect: Effect = Effect.READ, retry: Retry | None = RETRY) -> Tool:
    async def keyed(*, key: IdempotencyKey) -> None:
        """Act."""
        raise error

    async def plain() -> None:
        """Act."""
        raise error

    probe = look if effect is Effect.TRANSACTIONAL else None
    return tool(effect=effect, name="act", retry=retry, probe=probe)(keyed if effect is Effect.KEYED else plain)


async def last(given: Tool, attempt: int = 1, seconds_left: float | None = None) -> tuple[Step, float]:
    """Return how the attempt ended, and how long from then on it is made again."""
    async with workshop(given) as shop:
        if seconds_left is not None:
            shop.recorder.append(NodeEntered(node=NODE, kind="tool", deadline=shop.clock.now() + seconds_left))
        order = shop.order("act", attempt=attempt, is_node=seconds_left is not None)
        await shop.invoke(order)
        step = (await shop.steps())[-1]
        return step, step.retry_at - shop.clock.now() if isinstance(step, StepRetried) else 0.0


@pytest.mark.parametrize(
    ("effect", "error", "then"),
    [
        (Effect.PURE, BUSY, AGAIN),
        (Effect.READ, BUSY, AGAIN),
        (Effect.READ, DOWN, AGAIN),
        (Effect.READ, SOLD_OUT, ENDED),
        (Effect.READ, BUG, ENDED),
        (Effect.KEYED, BUSY, AGAIN),
        (Effect.KEYED, LOST, AGAIN),
        (Effect.KEYED, BUG, AGAIN),
        (Effect.KEYED, SOLD_OUT, ENDED),
        (Effect.TRANSACTIONAL, BUSY, AGAIN),
        (Effect.TRANSACTIONAL, LOST, INTERRUPTED),
        (Effect.UNSAFE, BUSY, AGAIN),
        (Effect.UNSAFE, LOST, INTERRUPTED),
        (Effect.UNSAFE, DOWN, INTERRUPTED),
        (Effect.UNSAFE, BUG, INTERRUPTED),
        (Effect.UNSAFE, SOLD_OUT, ENDED),
    ],
)
async def test_only_what_cannot_be_done_twice_is_made_again(
    effect: Effect, error: Exception, then: type[object]
) -> None:
    step, _ = await last(failing(error, effect))
    assert isinstance(step, then)
    if isinstance(step, StepRetried):
        assert step.is_definite is isinstance(error, ToolFailure)
    if isinstance(step, StepInterrupted):
        assert step.in_doubt


async def test_a_definite_failure_of_a_later_attempt_is_none_of_the_one_before() -> None:
    step, _ = await last(failing(BUSY, Effect.UNSAFE), attempt=2)
    assert isinstance(step, StepInterrupted)
    step, _ = await last(failing(BUSY, Effect.KEYED), attempt=2)
    assert isinstance(step, StepRetried)
    assert not step.is_definite, "it goes on under the same key"


@given(st.integers(1, 8), st.floats(0.1, 10), st.floats(10, 100))
async def test_the_wait_lies_within_a_bound_that_doubles(attempt: int, first: float, most: float) -> None:
    retry = Retry(attempts_max=9, seconds_first=first, seconds_max=most)
    step, wait = await last(failing(BUSY, Effect.READ, retry), attempt)
    assert isinstance(step, StepRetried)
    assert 0 <= wait <= min(most, first * 2 ** (attempt - 1)) + 1e-6


async def test_the_other_side_says_how_long() -> None:
    _, wait = await last(failing(ToolFailure("busy", retryable=True, retry_after_seconds=90)))
    assert wait == 90
    _, wait = await last(failing(ToolFailure("busy", retry_after_seconds=90), Effect.KEYED), attempt=2)
    assert wait == 90, "of an attempt whose outcome is as unknown as that of the one before"
    step, _ = await last(failing(ToolFailure("busy", retryable=True, retry_after_seconds=RETRY_AFTER_SECONDS_MAX + 1)))
    assert isinstance(step, StepEnded)
    assert step.fault is not None
    assert step.fault.hint == "call it again in 601 seconds, or do without"


async def test_the_last_attempt_says_how_many_there_were() -> None:
    step, _ = await last(failing(BUSY), attempt=3)
    assert isinstance(step, StepEnded)
    assert step.fault == Fault(ErrorKind.TOOL_FAILED, "busy (tried 3 times)", retryable=True)
    step, _ = await last(failing(LOST, Effect.KEYED), attempt=3)
    assert isinstance(step, StepInterrupted)
    assert step.in_doubt


async def test_no_attempt_is_planned_for_after_the_deadline() -> None:
    asks_long = failing(ToolFailure("busy", retryable=True, retry_after_seconds=30))
    step, _ = await last(asks_long, seconds_left=31)
    assert isinstance(step, StepRetried)
    step, _ = await last(asks_long, seconds_left=30)
    assert isinstance(step, StepEnded)


async def test_without_a_declaration_nothing_is_made_again_by_this_rule() -> None:
    step, _ = await last(failing(BUSY, retry=None))
    assert isinstance(step, StepEnded)
    step, _ = await last(failing(LOST, Effect.KEYED, retry=None))
    assert isinstance(step, StepInterrupted)


@pytest.mark.parametrize(
    "retry", [Retry(attempts_max=0), Retry(seconds_first=0), Retry(seconds_first=9, seconds_max=1)]
)
def test_retries_without_limits_are_refused_when_declared(retry: Retry) -> None:
    with pytest.raises(DefinitionError, match=r"tool act: expected retry\."):
        failing(BUSY, retry=retry)
