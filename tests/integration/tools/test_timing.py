"""What a call may ask of its time: until when it has, and whether anybody still waits."""

import asyncio
import threading

import pytest

from holdfast.integration.tools.contract import Provided, tool
from holdfast.integration.tools.timing import Cancelled, Deadline, deadline_at
from holdfast.journal.events import NodeEntered
from holdfast.kernel.effects import Effect
from tests.integration.tools.workshop import NODE, Workshop, workshop


@tool(effect=Effect.READ, timeout_seconds=20)
async def ask(*, deadline: Provided[Deadline]) -> float:
    """Ask how long there is."""
    return deadline.seconds_left


async def left(shop: Workshop, node_seconds: float | None) -> object:
    deadline = None if node_seconds is None else shop.clock.now() + node_seconds
    shop.recorder.append(NodeEntered(node=NODE, kind="tool", deadline=deadline))
    ended = await shop.ended(shop.order("ask", is_node=True))
    assert ended.result is not None
    return await shop.recorder.payloads.fetch_json(ended.result)


@pytest.mark.parametrize(("node_seconds", "seconds"), [(None, 20), (30, 20), (7, 7), (-1, 0)])
async def test_a_call_has_the_least_of_its_own_time_and_its_nodes(node_seconds: float | None, seconds: float) -> None:
    async with workshop(ask) as shop:
        assert await left(shop, node_seconds) == seconds


async def test_a_node_ends_with_those_around_it() -> None:
    async with workshop() as shop:
        now = shop.clock.now()
        for path, deadline in (("a", now + 9), ("a/b", None), ("a/b/c[k]", now + 5), ("a/b/c[k]/d", now + 8)):
            shop.recorder.append(NodeEntered(node=path, kind="tool", deadline=deadline))
        state = shop.recorder.state
        deadlines = [deadline_at(state, path) for path in ("a", "a/b", "a/b/c[k]", "a/b/c[k]/d", NODE)]
    assert deadlines == [now + 9, now + 9, now + 5, now + 5, None]


def test_neither_is_asked_of_the_model_or_of_the_app() -> None:
    assert ask.parameters["properties"] == {}
    assert ask.requires == frozenset()


@pytest.mark.parametrize("is_withdrawn", [False, True])
async def test_a_plain_function_can_find_out_that_nobody_waits_any_more(is_withdrawn: bool) -> None:
    began, ended = threading.Event(), threading.Event()

    @tool(effect=Effect.READ, timeout_seconds=5)
    def poll(*, cancelled: Provided[Cancelled]) -> None:
        """Poll."""
        assert not cancelled
        began.set()
        if cancelled.wait(60) and cancelled:
            ended.set()

    async with workshop(poll) as shop:
        calling = asyncio.ensure_future(shop.invoke(shop.order("poll")))
        while not began.is_set():
            await shop.clock.advance(0)
        if is_withdrawn:
            calling.cancel()
        else:
            await shop.clock.advance(5)
        await asyncio.wait([calling])
    assert ended.wait(60)


async def test_an_async_function_is_cancelled_itself() -> None:
    noticed = list[str]()

    @tool(effect=Effect.READ)
    async def wait() -> None:
        """Wait."""
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            noticed.append("cancelled")
            raise

    async with workshop(wait) as shop:
        calling = asyncio.ensure_future(shop.invoke(shop.order("wait")))
        await shop.clock.advance(1)
        calling.cancel()
        await asyncio.wait([calling])
    assert noticed == ["cancelled"]


async def test_each_call_has_its_own() -> None:
    tokens = list[Cancelled]()

    @tool(effect=Effect.READ)
    async def take(*, cancelled: Provided[Cancelled]) -> bool:
        """Take it."""
        tokens.append(cancelled)
        return bool(cancelled)

    async with workshop(take) as shop:
        shown = [(await shop.shown(shop.order("take", index=index))).content for index in (1, 2)]
    assert shown == ["false", "false"]
    assert tokens[0] is not tokens[1]
