"""The intent, alone: what is on record before anything is sent."""

import asyncio
import enum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from holdfast.integration.tools.contract import IdempotencyKey, Tool, tool
from holdfast.integration.tools.invocation import Expired, Invocation
from holdfast.integration.tools.probe import Unknown
from holdfast.integration.tools.stages.arguments import Arguments
from holdfast.integration.tools.stages.intent import Intent
from holdfast.journal.codec import decode
from holdfast.journal.events import DoubtSettled, Event, StepEnded, StepIntended, StepInterrupted
from holdfast.journal.fold import fold
from holdfast.kernel.effects import Effect
from holdfast.kernel.outcomes import Outcome, Settlement
from tests.integration.tools.workshop import RUN, Workshop, workshop


@tool(effect=Effect.KEYED)
async def pay(amount: int, *, key: IdempotencyKey) -> str:
    """Pay."""
    return key


async def look(key: IdempotencyKey) -> Unknown:
    """Look."""
    return Unknown()


def touching(effect: Effect) -> Tool:
    if effect is Effect.KEYED:
        return pay

    @tool(effect=effect, probe=look if effect is Effect.TRANSACTIONAL else None)
    async def touch(amount: int) -> None:
        """Touch."""

    return touch


async def intended(shop: Workshop, given: Tool, amount: int = 1, **how: int) -> Invocation:
    invocation = shop.invocation(shop.order(given.name, f'{{"amount": {amount}}}', **how))  # type: ignore[arg-type]
    invocation.tool = given
    await Arguments().run(invocation)
    assert await Intent(shop.clock).run(invocation) is None
    return invocation


@pytest.mark.parametrize("effect", Effect)
async def test_the_intent_is_recorded_and_from_keyed_on_durable_before_the_call(effect: Effect) -> None:
    given = touching(effect)
    async with workshop(given) as shop:
        invocation = await intended(shop, given)
        durable = [decode(entry.body) for entry in await shop.store.read(RUN)]
        recorded = await shop.steps()
    intent = StepIntended(
        node="desk",
        turn=1,
        call=1,
        name=given.name,
        effect=effect,
        arguments=invocation.digest,
        key=invocation.key,
        attempt=1,
        settles_at=shop.clock.now() + given.timeout_seconds + given.settle_seconds if effect.needs_intent else None,
        has_probe=effect is Effect.TRANSACTIONAL,
    )
    assert recorded == [intent]
    assert (intent in durable) == (effect in (Effect.KEYED, Effect.TRANSACTIONAL, Effect.UNSAFE))
    assert (invocation.key is not None) == (effect in (Effect.KEYED, Effect.TRANSACTIONAL))


async def test_nothing_goes_on_while_the_intent_is_not_durable() -> None:
    async with workshop(pay) as shop:
        waiting = asyncio.create_task(intended(shop, pay))
        await asyncio.sleep(0)
        assert not waiting.done()
        await waiting


async def test_the_key_is_stable_over_attempts() -> None:
    async with workshop(pay) as shop:
        first, second = await intended(shop, pay), await intended(shop, pay, attempt=2)
    assert first.key == second.key
    assert first.values["key"] == first.key


async def test_the_key_changes_with_arguments_call_and_family() -> None:
    async with workshop(pay) as shop:
        keys = {
            (await intended(shop, pay)).key,
            (await intended(shop, pay, 2)).key,
            (await intended(shop, pay, index=2)).key,
            (await intended(shop, pay, family=1)).key,
        }
    assert len(keys) == 4


async def test_what_is_withdrawn_before_its_intent_is_durable_was_not_sent_and_is_no_doubt() -> None:
    async with workshop(pay) as shop:
        waiting = asyncio.create_task(intended(shop, pay))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait((waiting,))
        (event,) = [step for step in await shop.steps() if isinstance(step, StepInterrupted)]
        assert (event.in_doubt, event.was_sent) == (False, False)
        agent = shop.recorder.state.nodes["desk"].agent
        assert agent is not None
        assert not agent.calls[0].step.is_unknown


async def test_a_key_that_may_be_forgotten_is_not_sent_again() -> None:
    async with workshop(pay) as shop:
        order = shop.order("pay", '{"amount": 1}', attempt=2)
        invocation = shop.invocation(replace(order, key_until=shop.clock.now()))
        invocation.tool = pay
        await Arguments().run(invocation)
        assert isinstance(await Intent(shop.clock).run(invocation), Expired)
        assert [step for step in await shop.steps() if isinstance(step, StepIntended)] == []


class Cut(enum.Enum):
    """What can become of an attempt."""

    INTERRUPTED = enum.auto()
    TOLD_NOT = enum.auto()
    FAILED = enum.auto()
    FAILED_FOR_CERTAIN = enum.auto()


@given(st.lists(st.sampled_from(Cut), max_size=8))
def test_the_key_changes_with_a_definite_failure_and_with_nothing_else(cuts: list[Cut]) -> None:
    asyncio.run(_check_keys(cuts))


async def _check_keys(cuts: list[Cut]) -> None:
    async with workshop(pay) as shop:
        keys = list[str | None]()
        await shop.recorder.durable()
        for attempt, cut in enumerate((*cuts, Cut.FAILED), 1):
            state = fold(await shop.store.read(RUN))  # as a driver that takes over sees it
            agent = state.nodes["desk"].agent
            assert agent is not None
            keys.append((await intended(shop, pay, attempt=attempt, family=agent.calls[0].step.family)).key)
            shop.recorder.append(*_events(cut, attempt))
            await shop.recorder.durable()
        for cut, before, after in zip(cuts, keys[:-1], keys[1:], strict=True):
            assert (before != after) == (cut is Cut.FAILED_FOR_CERTAIN)
        assert len(set(keys)) == 1 + cuts.count(Cut.FAILED_FOR_CERTAIN)


def _events(cut: Cut, attempt: int) -> list[Event]:
    where = {"node": "desk", "turn": 1, "call": 1, "name": "pay", "attempt": attempt}
    match cut:
        case Cut.INTERRUPTED:
            return [StepInterrupted(**where, effect=Effect.KEYED, in_doubt=False)]  # type: ignore[arg-type]  # as named
        case Cut.TOLD_NOT:
            doubt = StepInterrupted(**where, effect=Effect.KEYED, in_doubt=True)  # type: ignore[arg-type]  # as named
            return [doubt, DoubtSettled(**where, how=Settlement.DID_NOT, by="Ann")]  # type: ignore[arg-type]  # as named
        case _:
            is_definite = cut is Cut.FAILED_FOR_CERTAIN
            ended = {**where, "outcome": Outcome.FAILED, "seconds": 0.0, "is_definite": is_definite}
            return [StepEnded(**ended)]  # type: ignore[arg-type]  # as named
