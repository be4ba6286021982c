"""A world that remembers what was done to it, and functions that act on it: each leaf of a flow says how it goes."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from holdfast import App, Effect, IdempotencyKey, Provided, ToolFailure, tool
from holdfast.kernel.clock import VirtualClock
from holdfast.orchestration.application.app import Resources
from holdfast.orchestration.flow.nodes import FunctionNode, Node

LONG = 1_000_000.0


@dataclass
class World:
    """Counts what was sent to it and what of it came to an end, by the name of the step."""

    clock: VirtualClock
    sent: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    keys: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    unsafe: set[str] = field(default_factory=set)
    acting: set[str] = field(default_factory=set)
    acting_at_once: int = 0
    opened: int = 0
    closed: int = 0

    async def act(self, name: str, goes: str, seconds: float) -> str:
        """Take ``seconds``, then go as ``goes`` says: well, or badly."""
        self.sent[name] += 1
        self.acting.add(name)
        self.acting_at_once = max(self.acting_at_once, len(self.acting))
        try:
            await self.clock.sleep(seconds)
            self.done[name] += 1
        finally:
            self.acting.discard(name)
        if goes == "badly":
            raise ToolFailure(f"{name} went badly")
        return name

    @asynccontextmanager
    async def resources(self, _given: object) -> AsyncIterator[Resources]:
        """Be what the functions are handed."""
        self.opened += 1
        try:
            yield {World: self}
        finally:
            self.closed += 1

    def app(self, flow: Node, **changes: Any) -> App:
        """Return an app that runs ``flow`` on this world."""
        declared = {
            "name": flow.name,
            "flow": flow,
            "functions": (one, two, three),
            "input": object,
            "resources": self.resources,
            "provides": frozenset((World,)),
        }
        return App(**{**declared, **changes})


@tool(effect=Effect.READ, timeout_seconds=LONG)
async def one(name: str, goes: str = "well", seconds: float = 0.0, *, world: Provided[World]) -> str:
    """Look at the world."""
    return await world.act(name, goes, seconds)


@tool(effect=Effect.KEYED, timeout_seconds=LONG)
async def two(
    name: str, goes: str = "well", seconds: float = 0.0, *, key: IdempotencyKey, world: Provided[World]
) -> str:
    """Change the world, once for each key."""
    world.keys[name].add(key)
    return await world.act(name, goes, seconds)


@tool(effect=Effect.UNSAFE, timeout_seconds=LONG)
async def three(name: str, goes: str = "well", seconds: float = 0.0, *, world: Provided[World]) -> str:
    """Change the world, and never again."""
    world.unsafe.add(name)
    return await world.act(name, goes, seconds)


def step(name: str, goes: str = "well", seconds: float = 0.0, function: str = "one", **more: Any) -> FunctionNode:
    """Return a leaf that goes this way."""
    return FunctionNode(name, function, input=f"{{'name': '{name}', 'goes': '{goes}', 'seconds': {seconds}}}", **more)


def item_step(goes: str = "'well'", seconds: str = "0", function: str = "one", **more: Any) -> FunctionNode:
    """Return a leaf for the items of a map, whose name is the item's key; the rest are expressions."""
    return FunctionNode("each", function, input=f"{{'name': key, 'goes': {goes}, 'seconds': {seconds}}}", **more)
