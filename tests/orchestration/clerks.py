"""An office where things are opened and closed again: what stands, what was asked for, and how the next requests go."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from holdfast import App, DidNot, Effect, Happened, IdempotencyKey, OutcomeUnknown, Provided, ToolFailure, tool
from holdfast.kernel.clock import VirtualClock
from holdfast.orchestration.application.app import Resources
from holdfast.orchestration.flow.nodes import FunctionNode, Node, Saga, SagaStep

TIMEOUT, SETTLE = 10.0, 5.0


@dataclass
class Office:
    """Opens and closes things. ``goes`` says how: ``well``, ``badly``, ``lost`` (done, no answer), ``dropped``."""

    clock: VirtualClock
    goes: dict[str, list[str]] = field(default_factory=dict)
    """By ``open NAME`` or ``close NAME`` how the next requests go; well, when nothing is said."""
    standing: list[str] = field(default_factory=list)
    """What is open, in the order of opening."""
    log: list[str] = field(default_factory=list)
    """What was done, in order."""
    keys: dict[str, str] = field(default_factory=dict)
    """What each key did."""
    done: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)

    async def do(self, what: str, name: str, key: str | None, seconds: float = 0.0) -> str:
        """Do it, once for each key."""
        told = f"{what} {name}"
        await self.clock.sleep(seconds)
        goes = self.goes.get(told) or ["well"]
        how = goes.pop(0)
        if how == "badly":
            raise ToolFailure(f"no {what} of {name}")
        if how == "busy":
            raise ToolFailure("busy", retryable=True)
        if how != "dropped" and (key is None or key not in self.keys):
            self._did(what, name)
            self.keys[key or f"{told} {len(self.log)}"] = f"{name}-1"
        if how in ("lost", "dropped"):
            raise OutcomeUnknown("the line went dead")
        return f"{name}-1"

    def close_by_hand(self, name: str) -> None:
        """Be a person who closes what is open."""
        if name in self.standing:
            self.standing.remove(name)

    def _did(self, what: str, name: str) -> None:
        self.log.append(f"{what} {name}")
        self.done[f"{what} {name}"] += 1
        if what == "open":
            self.standing.append(name)
        elif name in self.standing:
            self.standing.remove(name)
        else:
            self.breaches.append(f"{name} was closed, and was not open")

    @asynccontextmanager
    async def resources(self, _given: object) -> AsyncIterator[Resources]:
        yield {Office: self}

    def app(self, flow: Node, **changes: Any) -> App:
        declared: dict[str, Any] = {
            "name": flow.name,
            "flow": flow,
            "functions": FUNCTIONS,
            "input": object,
            "resources": self.resources,
            "provides": frozenset((Office,)),
        }
        return App(**{**declared, **changes})


async def looked(key: IdempotencyKey, *, office: Provided[Office]) -> Happened | DidNot:
    """Look what became of it."""
    return Happened(office.keys[key]) if key in office.keys else DidNot()


@tool(effect=Effect.KEYED, timeout_seconds=TIMEOUT, settle_seconds=SETTLE, attempts_max=2)
async def close(number: str, *, key: IdempotencyKey, office: Provided[Office]) -> str:
    """Close what was opened under a number."""
    return await office.do("close", number.removesuffix("-1"), key)


@tool(effect=Effect.UNSAFE, timeout_seconds=TIMEOUT, settle_seconds=SETTLE)
async def close_once(number: str, *, office: Provided[Office]) -> str:
    """Close what was opened under a number, and never again."""
    return await office.do("close", number.removesuffix("-1"), None)


@tool(effect=Effect.KEYED, timeout_seconds=TIMEOUT, settle_seconds=SETTLE, attempts_max=2)
async def open_it(name: str, seconds: float = 0.0, *, key: IdempotencyKey, office: Provided[Office]) -> str:
    """Open something, and return its number."""
    return await office.do("open", name, key, seconds)


@tool(effect=Effect.UNSAFE, timeout_seconds=TIMEOUT, settle_seconds=SETTLE)
async def open_once(name: str, seconds: float = 0.0, *, office: Provided[Office]) -> str:
    """Open something, and never again."""
    return await office.do("open", name, None, seconds)


@tool(effect=Effect.TRANSACTIONAL, timeout_seconds=TIMEOUT, settle_seconds=SETTLE, probe=looked)
async def open_marked(name: str, seconds: float = 0.0, *, key: IdempotencyKey, office: Provided[Office]) -> str:
    """Open something, which leaves a line in the books."""
    return await office.do("open", name, key, seconds)


@tool(effect=Effect.READ, timeout_seconds=TIMEOUT)
async def look(name: str, *, office: Provided[Office]) -> str:
    """Look at something."""
    if (office.goes.get(f"look {name}") or ["well"])[0] == "badly":
        raise ToolFailure("nothing to see")
    return name


FUNCTIONS = (close, close_once, open_it, open_once, open_marked, look)


def opening(name: str, by: str = "open_it", undo: str | None = "close", seconds: float = 0.0, **more: Any) -> SagaStep:
    """Return a step that opens something of its own name, and closes it again."""
    given = f"{{'name': '{name}', 'seconds': {seconds}}}" if by != "look" else f"{{'name': '{name}'}}"
    closing = None if undo is None else FunctionNode("shut", undo, "{'number': result}")
    return SagaStep(FunctionNode(name, by, given), closing, **more)


def saga(*steps: SagaStep, name: str = "root", **more: Any) -> Saga:
    return Saga(name, steps, **more)
