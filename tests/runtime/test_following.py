"""Whoever follows a run sees every event once and in order, while it happens; streamed text is a hint, no more."""

import asyncio
import gc

from hypothesis import given
from hypothesis import strategies as st

from holdfast import Effect, Runtime, tool
from holdfast.integration.gateway.lines import answer, call, fail, stall
from holdfast.journal.events import ModelReplied, RunParked
from holdfast.journal.live import Hint
from holdfast.kernel.messages_codec import decode_message
from holdfast.orchestration.people.following import Entry
from holdfast.orchestration.run.handle import Run
from tests.orchestration.plays import plays
from tests.orchestration.world import World
from tests.runtime.stage import Stage, desk


@tool(effect=Effect.READ)
async def look(at: str) -> str:
    """Look at something."""
    return at


async def versions(run: Run, after: int = 0) -> list[int]:
    return [entry.version async for entry in run.events(after)]


@given(plays(depth=3), st.lists(st.integers(0, 12), max_size=4))
def test_followers_miss_nothing_whenever_they_come(flow: object, comes: list[int]) -> None:
    async def check() -> None:
        stage = Stage()
        world = World(stage.clock)

        async def follow(run: Run, seconds: int) -> list[int]:
            await stage.clock.sleep(seconds)
            return await versions(run)

        async with stage.runtime() as runtime:
            run = await runtime.start(world.app(flow), None)  # type: ignore[arg-type]  # a flow
            seen = await stage.until(_all([follow(run, seconds) for seconds in (0, *comes)]))
            head = await run.head()
        assert seen == [list(range(1, head.version + 1))] * len(seen)

    asyncio.run(check())


async def _all(works: list[object]) -> list[list[int]]:
    return list(await asyncio.gather(*works))  # type: ignore[call-overload]  # coroutines


async def test_events_can_be_followed_from_a_version_on() -> None:
    stage = Stage()
    async with stage.runtime([call("look", {"at": "x"}), answer("hi")]) as runtime:
        run = await runtime.start(desk(tools=[look]), "hello")
        await stage.ended(run)
        last = (await run.head()).version
        assert await versions(run, 5) == list(range(6, last + 1))
        assert await versions(run, last) == []


async def test_without_following_only_what_is_there_is_seen() -> None:
    stage = Stage()
    async with stage.runtime([stall()]) as runtime:
        run = await runtime.start(desk(), "hello")
        await stage.clock.advance(1)
        seen = [entry.version async for entry in run.events(follow=False)]
        assert seen == list(range(1, (await run.head()).version + 1))


async def test_a_run_that_is_parked_has_no_more_to_tell() -> None:
    stage = Stage()
    async with stage.runtime([stall()]) as runtime:
        run = await runtime.start(desk(), "hello")
        await stage.clock.advance(1)
        following = asyncio.create_task(_entries(run))
        await stage.clock.advance(1)
        await stage.until(runtime.park("for tonight"))
        last = (await stage.until(_awaited(following)))[-1]
        assert last.event == RunParked(reason="for tonight")
        assert (await stage.until(_entries(run)))[-1] == last


async def _entries(run: Run) -> list[Entry]:
    return [entry async for entry in run.events()]


async def _awaited(task: "asyncio.Task[list[Entry]]") -> list[Entry]:
    return await task


async def test_text_streams_as_hints_and_the_journal_has_the_words() -> None:
    stage = Stage()
    text = "It is there, behind the door, where it has always been."
    async with stage.runtime([fail("busy", text="It is"), answer(text)]) as runtime:
        run = await runtime.start(desk(), "where?")
        hints: dict[int, str] = {}

        async def follow() -> None:
            async for item in run.progress():
                if isinstance(item, Hint):
                    assert (item.run, item.step) == (run.id, "desk/turn.1")
                    assert item.offset == len(hints.get(item.attempt, ""))
                    hints[item.attempt] = hints.get(item.attempt, "") + item.text

        await stage.until(follow())
        assert hints == {1: "It is", 2: text}
        state = await run.state()
        (reply,) = [entry.event async for entry in run.events() if isinstance(entry.event, ModelReplied)]
        body = await (await run.payloads(state)).fetch(reply.reply)
        assert decode_message(body).text == text


async def test_a_follower_that_goes_away_is_forgotten() -> None:
    stage = Stage()
    async with stage.runtime([stall()]) as runtime:
        run = await runtime.start(desk(), "hello")
        await stage.clock.advance(1)
        async for entry in run.events():
            if entry.version == 3:
                break
        gc.collect()
        await stage.clock.advance(1)
        assert _listeners(runtime) == 0


def _listeners(runtime: Runtime) -> int:
    return sum(map(len, runtime._around.live._listeners.values()))


async def test_a_follower_that_is_cancelled_is_forgotten() -> None:
    stage = Stage()
    async with stage.runtime([stall()]) as runtime:
        run = await runtime.start(desk(), "hello")
        following = [asyncio.create_task(_entries(run)), asyncio.create_task(run.wait())]
        await stage.clock.advance(1)
        assert _listeners(runtime) == 2
        for task in following:
            task.cancel()
        await asyncio.wait(following)
        assert _listeners(runtime) == 0
