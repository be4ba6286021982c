"""A bank that forgets nothing: payments by every delivery class, answers that get lost, and a look at the books."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from holdfast import (
    App,
    DidNot,
    Effect,
    Happened,
    IdempotencyKey,
    OutcomeUnknown,
    Provided,
    ToolFailure,
    Unknown,
    tool,
)
from holdfast.kernel.clock import VirtualClock
from holdfast.orchestration.application.app import Resources
from holdfast.orchestration.flow.nodes import FunctionNode, Node, ToolNode

TIMEOUT, SETTLE, KEY_SECONDS = 10.0, 5.0, 100.0


@dataclass
class Bank:
    """Books what it is sent. ``goes`` says how: ``well``, ``lost`` (booked, no answer), ``dropped`` (neither)."""

    clock: VirtualClock
    requests: list[tuple[str, str | None, float]] = field(default_factory=list)
    """Each request: what for, its key, when."""
    booked: Counter[str] = field(default_factory=Counter)
    known: dict[str, str] = field(default_factory=dict)
    """The receipt of each key."""
    goes: list[str] = field(default_factory=list)
    """How the next requests go; well, when there is nothing left."""
    looks: list[float] = field(default_factory=list)
    blind: int = 0
    """How many looks tell nothing."""

    async def pay(self, what: str, key: str | None, seconds: float) -> str:
        """Take ``seconds``, book it once for each key, and answer with a receipt."""
        self.requests.append((what, key, self.clock.now()))
        goes = self.goes.pop(0) if self.goes else "well"
        await self.clock.sleep(seconds)
        if goes == "refused":
            raise ToolFailure("no such account")
        if goes == "busy":
            raise ToolFailure("the bank is busy", retryable=True)
        if goes == "broken":
            raise ValueError("a bug")
        if goes != "dropped":
            self._book(what, key)
        if goes in ("lost", "dropped"):
            raise OutcomeUnknown("the line went dead")
        return f"receipt of {what}"

    def look(self, key: str | None) -> Happened | DidNot | Unknown:
        """Say what the books know of ``key``."""
        self.looks.append(self.clock.now())
        if self.blind > 0:
            self.blind -= 1
            return Unknown()
        return Happened(self.known[key]) if key in self.known else DidNot()

    @property
    def keys(self) -> set[str | None]:
        return {key for _, key, _ in self.requests}

    @asynccontextmanager
    async def resources(self, _given: object) -> AsyncIterator[Resources]:
        yield {Bank: self}

    def app(self, flow: Node, **changes: Any) -> App:
        """Return an app that runs ``flow`` on this bank."""
        declared = {
            "name": flow.name,
            "flow": flow,
            "functions": TOOLS,
            "input": object,
            "resources": self.resources,
            "provides": frozenset((Bank,)),
        }
        return App(**{**declared, **changes})

    def _book(self, what: str, key: str | None) -> None:
        if key is None or key not in self.known:
            self.booked[what] += 1
        if key is not None:
            self.known[key] = f"receipt of {what}"


async def books(key: IdempotencyKey, *, bank: Provided[Bank]) -> Happened | DidNot | Unknown:
    """Look into the books."""
    return bank.look(key)


async def broken(key: IdempotencyKey) -> Happened:
    """Break, always."""
    raise ValueError("the books are closed")


@tool(effect=Effect.UNSAFE, timeout_seconds=TIMEOUT, settle_seconds=SETTLE)
async def cash(what: str, seconds: float = 0.0, *, bank: Provided[Bank]) -> str:
    """Pay in cash."""
    return await bank.pay(what, None, seconds)


@tool(effect=Effect.KEYED, timeout_seconds=TIMEOUT, settle_seconds=SETTLE, attempts_max=2)
async def card(what: str, seconds: float = 0.0, *, key: IdempotencyKey, bank: Provided[Bank]) -> str:
    """Pay by card."""
    return await bank.pay(what, key, seconds)


@tool(effect=Effect.KEYED, timeout_seconds=TIMEOUT, settle_seconds=SETTLE, key_seconds=KEY_SECONDS)
async def voucher(what: str, seconds: float = 0.0, *, key: IdempotencyKey, bank: Provided[Bank]) -> str:
    """Pay by voucher, which is remembered for a while."""
    return await bank.pay(what, key, seconds)


@tool(effect=Effect.KEYED, timeout_seconds=TIMEOUT, settle_seconds=SETTLE, key_seconds=KEY_SECONDS, probe=books)
async def ticket(what: str, seconds: float = 0.0, *, key: IdempotencyKey, bank: Provided[Bank]) -> str:
    """Pay by ticket, which is remembered for a while and can be looked up."""
    return await bank.pay(what, key, seconds)


@tool(effect=Effect.TRANSACTIONAL, timeout_seconds=TIMEOUT, settle_seconds=SETTLE, probe=books)
async def wire(what: str, seconds: float = 0.0, *, key: IdempotencyKey, bank: Provided[Bank]) -> str:
    """Pay by wire, which leaves a line in the books."""
    return await bank.pay(what, key, seconds)


@tool(effect=Effect.TRANSACTIONAL, timeout_seconds=TIMEOUT, settle_seconds=SETTLE, probe=broken)
async def giro(what: str, seconds: float = 0.0, *, key: IdempotencyKey, bank: Provided[Bank]) -> str:
    """Pay by giro, whose books are closed."""
    return await bank.pay(what, key, seconds)


TOOLS = (cash, card, voucher, ticket, wire, giro)


def paying_by_tool(by: str, name: str = "root", seconds: float = 0.0, **more: Any) -> ToolNode:
    """Return the same as a tool, of whose calls policies decide."""
    return ToolNode(name, by, input=f"{{'what': '{name}', 'seconds': {seconds}}}", **more)


def paying(by: str, name: str = "root", seconds: float = 0.0, **more: Any) -> FunctionNode:
    """Return a leaf that pays for itself."""
    return FunctionNode(name, by, input=f"{{'what': '{name}', 'seconds': {seconds}}}", **more)
