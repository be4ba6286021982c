"""A bell is heard by the one task that waits for it, now or later."""

import asyncio

import pytest

from holdfast.journal.bell import Bell


async def test_who_waits_goes_on_when_it_is_rung() -> None:
    bell = Bell()
    waiting = asyncio.create_task(bell.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    bell.set()
    bell.set()
    await waiting


async def test_a_bell_rung_before_is_heard_at_once_until_it_is_cleared() -> None:
    bell = Bell()
    bell.set()
    await bell.wait()
    await bell.wait()
    bell.clear()
    waiting = asyncio.create_task(bell.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    bell.set()
    await waiting


async def test_whoever_was_cancelled_leaves_the_bell_to_the_next() -> None:
    bell = Bell()
    gone = asyncio.create_task(bell.wait())
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    next_one = asyncio.create_task(bell.wait())
    await asyncio.sleep(0)
    bell.set()
    await next_one


async def test_two_cannot_wait_for_the_same_bell() -> None:
    bell = Bell()
    first = asyncio.create_task(bell.wait())
    await asyncio.sleep(0)
    with pytest.raises(AssertionError, match="only one task"):
        await bell.wait()
    bell.set()
    await first
