"""Tools to call: each remembers in a ledger of its own what it was called with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from holdfast.integration.tools.contract import IdempotencyKey, Provided, Tool, tool
from holdfast.integration.tools.probe import Unknown
from holdfast.kernel.effects import Effect


class Order(BaseModel):
    """An order."""

    order_id: str
    amount: int


@dataclass
class Ledger:
    """What reached the world."""

    sent: list[tuple[object, ...]] = field(default_factory=list)


@tool(effect=Effect.READ, timeout_seconds=5)
async def get_order(order_id: str, detail: Literal["short", "full"] = "short", *, ledger: Provided[Ledger]) -> Order:
    """Look up an order.

    Args:
        order_id: The number on the invoice,
            without its dash.
        detail: How much to tell.
    """
    ledger.sent.append((order_id, detail))
    return Order(order_id=order_id, amount=7)


@tool(effect=Effect.KEYED, timeout_seconds=5)
async def refund(
    order_id: str, amount: Annotated[int, Field(ge=1, le=500)], *, key: IdempotencyKey, ledger: Provided[Ledger]
) -> str:
    """Pay an order back."""
    ledger.sent.append((order_id, amount, key))
    return "refunded"


@tool(effect=Effect.READ)
def count_orders(*, ledger: Provided[Ledger]) -> int:
    """Count what was asked for so far."""
    return len(ledger.sent)


async def look(key: IdempotencyKey) -> Unknown:
    """Look, and see nothing."""
    return Unknown()


def saying(result: object, effect: Effect = Effect.READ, *, result_bytes_max: int = 16_384) -> Tool:
    """A tool called ``say`` that returns ``result``."""

    async def say() -> object:
        """Say it."""
        return result

    return tool(effect=effect, result_bytes_max=result_bytes_max)(say)


def doing(act: Callable[[], object], effect: Effect = Effect.READ) -> Tool:
    """A tool called ``act`` that does as it is told, on the loop."""
    if effect is Effect.KEYED:

        async def keyed(*, key: IdempotencyKey) -> object:
            """Act under a key."""
            return act()

        return tool(effect=effect, name="act")(keyed)

    async def plain() -> object:
        """Act."""
        return act()

    return tool(effect=effect, name="act", probe=look if effect is Effect.TRANSACTIONAL else None)(plain)
