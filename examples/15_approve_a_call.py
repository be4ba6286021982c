"""A refund waits for two people, one of whom changes it; another process goes on with what they decided."""

import asyncio
from decimal import Decimal

from holdfast import Agent, Allow, Ask, Asking, CallRequest, Effect, IdempotencyKey, Prompt, Ruling, Runtime, tool
from holdfast.testing import ScriptedModel, answer, call

STORE = "sqlite:///approvals.db"


def leaves(amount: Decimal) -> str:
    return f"{amount} leave the account"


@tool(effect=Effect.KEYED, impact=leaves)
async def refund(order_id: str, amount: Decimal, *, key: IdempotencyKey) -> str:
    """Pay money back."""
    return f"paid back {amount} for order {order_id}"


class FourEyes:
    """Has two people look at every refund."""

    def decide(self, request: CallRequest) -> Allow | Ask:
        return Ask("it pays money back", (Asking(approvals=2),)) if request.tool == "refund" else Allow()


DESK = Agent("desk", Prompt("desk", "You settle complaints."), "scripted", tools=[refund])
SCRIPT = (call("refund", {"order_id": "4711", "amount": "130.00"}, text="It is broken."), answer("It is settled."))


async def main() -> None:
    models = {"scripted": ScriptedModel(SCRIPT)}
    async with Runtime.open(STORE, apps=[DESK], models=models, decides=FourEyes()) as runtime:
        run = await runtime.start("desk", "Order 4711 came broken, I want my money back", user="carl")
        print(f"parked: {(await run.wait()).parked}")

        (asked,) = await run.approvals()
        print(asked.tool, asked.arguments, *(f"\n  {way.ruling}: {way.impact}" for way in asked.options))
        half = {"order_id": "4711", "amount": "65.00"}
        await run.decide(asked.path, Ruling.EDIT, half, by="Ann", digest=asked.digest, note="half of it is fine")
        await run.wait()

    async with Runtime.open(STORE, apps=[DESK], models=models, decides=FourEyes()) as runtime:
        (waiting,) = await runtime.inbox()
        run = await runtime.run(waiting.head.run)
        (asked,) = await run.approvals()
        print(f"changed by {asked.decisions[0].by}: {asked.arguments}")
        await run.decide(asked.path, Ruling.APPROVE, by="Bob", digest=asked.digest)
        print(await run.result())


asyncio.run(main())
