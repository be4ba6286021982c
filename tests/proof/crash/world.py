"""The world the runs act on: it outlives every process, and tools and models do nothing but act on it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from holdfast import Effect, IdempotencyKey, Provided, ToolFailure, tool
from holdfast.integration.gateway.port import Model, ModelRequest, TextDelta
from holdfast.integration.gateway.scripted import Script, ScriptedModel
from holdfast.kernel.messages import Reply
from holdfast.orchestration.application.app import Resources
from holdfast.testing.faults.diary import Diary

SLOW_SECONDS = 0.003
LONG = 1_000_000.0


def resources(diary: Diary) -> Callable[[object], AbstractAsyncContextManager[Resources]]:
    """Return what hands ``diary`` to the tools."""

    @asynccontextmanager
    async def opened(_given: object) -> AsyncIterator[Resources]:
        yield {Diary: diary}

    return opened


class Witnessed:
    """A model that notes each request before it follows its script."""

    def __init__(self, script: Script, diary: Diary) -> None:
        self._model, self._diary = ScriptedModel(script), diary

    @property
    def name(self) -> str:
        return self._model.name

    def stream(self, request: ModelRequest) -> "AsyncIterator[TextDelta | Reply]":
        self._diary.write("asked", request.step)
        return self._model.stream(request)


def witnessed(script: Script, diary: Diary) -> Model:
    return Witnessed(script, diary)


async def _act(diary: Diary, name: str, key: str = "") -> str:
    diary.write("sent", name, key)
    await asyncio.sleep(0)
    diary.write("done", name, key)
    return name


SENT_MAX = 8
"""More often than lives end while a call is under way, and the line is dead once besides: no person is to be asked."""


@tool(effect=Effect.PURE)
async def think(name: str, *, diary: Provided[Diary]) -> str:
    """Touch nothing."""
    return await _act(diary, name)


@tool(effect=Effect.READ)
async def look(name: str, *, diary: Provided[Diary]) -> str:
    """Look at the world."""
    return await _act(diary, name)


@tool(effect=Effect.KEYED)
async def pay(name: str, *, key: IdempotencyKey, diary: Provided[Diary]) -> str:
    """Change the world, once for each key."""
    return await _act(diary, name, key)


@tool(effect=Effect.KEYED)
def stamp(name: str, *, key: IdempotencyKey, diary: Provided[Diary]) -> str:
    """Change the world from a thread."""
    diary.write("sent", name, key)
    diary.write("done", name, key)
    return name


@tool(effect=Effect.KEYED)
async def pay_slowly(name: str, *, key: IdempotencyKey, diary: Provided[Diary]) -> str:
    """Change the world, and take a while."""
    diary.write("sent", name, key)
    await asyncio.sleep(SLOW_SECONDS)
    diary.write("done", name, key)
    return name


@tool(effect=Effect.KEYED)
async def pay_for_run(name: str, *, key: IdempotencyKey, diary: Provided[Diary]) -> str:
    """Change the world for one of several runs: the key tells them apart."""
    return await _act(diary, f"{name}:{key}", key)


@tool(effect=Effect.KEYED, attempts_max=SENT_MAX)
async def flaky(name: str, *, key: IdempotencyKey, diary: Provided[Diary]) -> str:
    """Break off the first time it is sent: whether it happened is not known."""
    diary.write("sent", name, key)
    if diary.count("sent", name) == 1:
        raise ConnectionError("the line is dead")
    diary.write("done", name, key)
    return name


@tool(effect=Effect.UNSAFE)
async def send(name: str, *, diary: Provided[Diary]) -> str:
    """Change the world, and never again."""
    return await _act(diary, name)


@tool(effect=Effect.UNSAFE)
async def book(name: str, *, diary: Provided[Diary]) -> str:
    """Change the world, and never again."""
    return await _act(diary, name)


@tool(effect=Effect.READ)
async def refuse(name: str, *, diary: Provided[Diary]) -> str:
    """Look at the world, and find that it will not do."""
    diary.write("sent", name)
    raise ToolFailure("it will not do")


@tool(effect=Effect.READ, timeout_seconds=LONG)
async def hang(name: str, *, diary: Provided[Diary]) -> str:
    """Wait for what never comes."""
    diary.write("sent", name)
    await asyncio.get_running_loop().create_future()
    return name


@tool(effect=Effect.UNSAFE, timeout_seconds=LONG)
async def hang_unsafe(name: str, *, diary: Provided[Diary]) -> str:
    """Change the world, and never say so."""
    diary.write("sent", name)
    await asyncio.get_running_loop().create_future()
    return name


TOOLS = (think, look, pay, stamp, pay_slowly, pay_for_run, flaky, send, book, refuse, hang, hang_unsafe)
