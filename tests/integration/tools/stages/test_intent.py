"""The intent, alone: what is on record before anything is sent."""

import asyncio

import pytest

from holdfast.integration.tools.contract import IdempotencyKey, Tool, tool
from holdfast.integration.tools.invocation import Invocation
from holdfast.integration.tools.stages.arguments import Arguments
from holdfast.integration.tools.stages.intent import Intent
from holdfast.journal.codec import decode
from holdfast.journal.events import StepIntended
from holdfast.kernel.effects import Effect
from tests.integration.tools.workshop import RUN, Workshop, workshop


@tool(effect=Effect.KEYED)
async def pay(amount: int, *, key: IdempotencyKey) -> str:
    """Pay."""
    return key


def touching(effect: Effect) -> Tool:
    if effect is Effect.KEYED:
        return pay

    @tool(effect=effect)
    async def touch(amount: int) -> None:
        """Touch."""

    return touch


async def intended(shop: Workshop, given: Tool, amount: int = 1, **how: int) -> Invocation:
    invocation = shop.invocation(shop.order(given.name, f'{{"amount": {amount}}}', **how))  # type: ignore[arg-type]
    invocation.tool = given
    await Arguments().run(invocation)
    assert await Intent().run(invocation) is None
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
