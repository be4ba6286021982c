"""What a tool does to the world is declared, and decides what happens when its outcome is lost.

The payment service below takes the money, then loses its answer. The tool is KEYED: it is called again under the same
idempotency key, the service recognises it, and the customer is paid once.
"""

import asyncio
from decimal import Decimal

from holdfast import Agent, Effect, IdempotencyKey, Prompt, Runtime, tool
from holdfast.journal.events import StepEnded, StepIntended, StepInterrupted
from holdfast.testing import ScriptedModel, answer, call


class PaymentService:
    """Stands for a service that keeps a payment by the key it came with."""

    def __init__(self) -> None:
        self.paid: dict[str, Decimal] = {}
        self.requests = 0

    def pay(self, key: str, amount: Decimal) -> str:
        self.requests += 1
        self.paid.setdefault(key, amount)
        if self.requests == 1:
            raise ConnectionError("the answer was lost")
        return f"paid {self.paid[key]}"


service = PaymentService()


@tool(effect=Effect.KEYED, timeout_seconds=5)
async def refund(order_id: str, amount: Decimal, *, key: IdempotencyKey) -> str:
    """Pay money back for an order."""
    return service.pay(key, amount)


desk = Agent("desk", prompt=Prompt("desk", "You refund orders."), model="scripted", tools=[refund])
model = ScriptedModel([call("refund", {"order_id": "4711", "amount": "12.50"}), answer("You have your money back.")])


async def main() -> None:
    async with Runtime.open("memory:", models={"scripted": model}) as runtime:
        run = await runtime.start(desk, "I want my money back for order 4711.")
        print(await run.result())
        async for entry in run.events(follow=False):
            if isinstance(entry.event, StepIntended | StepInterrupted | StepEnded):
                print(entry.version, type(entry.event).__name__, f"attempt {entry.event.attempt}")

    print(f"{service.requests} requests, {len(service.paid)} payment")
    assert (service.requests, list(service.paid.values())) == (2, [Decimal("12.50")])


asyncio.run(main())
