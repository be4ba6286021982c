"""A desk that looks at things: its tool, and runs of it from beginning to end."""

import asyncio
from typing import Any

from holdfast import Agent, Effect, tool
from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.fold.state import RunState
from tests.runtime.stage import Stage, events_of


class Shop:
    """What the tools look at; counts."""

    def __init__(self) -> None:
        self.looked = 0
        self.waiting = asyncio.Event()


def look_at(shop: Shop) -> Any:
    @tool(effect=Effect.READ)
    async def look(at: str) -> str:
        """Look at something."""
        shop.looked += 1
        return f"{at} is there"

    return look


def texts(request: ModelRequest) -> list[str]:
    return [message.text for message in request.messages]


async def events_after(
    model: ScriptedModel, agent: Agent, given: object = "hello", **options: Any
) -> tuple[RunState, list[Any]]:
    stage = Stage()
    async with stage.runtime(model) as runtime:
        run = await runtime.start(agent, given, **options)
        state = await stage.ended(run)
        assert state.reserved == 0
        return state, await events_of(run)
