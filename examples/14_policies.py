"""Policies decide of every call: what none permits is denied, and the model is told which rule and what to do instead.

The rules are Cedar, in a file; a level of autonomy is a rule too. What was decided is on record with each call.
"""

import asyncio
import tempfile
from pathlib import Path

from holdfast import Agent, App, Effect, IdempotencyKey, Prompt, Runtime, tool
from holdfast.flow import AgentNode
from holdfast.journal.events import StepEnded, StepIntended
from holdfast.testing import ScriptedModel, answer, call

POLICIES = """
@id("small-refunds") @advice("refund at most 100, or let a colleague do it")
permit (principal == Agent::"desk", action == Action::"refund", resource)
when { context.args.amount <= 100 };

@id("investigated") @reason("order 13 is under investigation")
forbid (principal, action in Action::"all:writes", resource)
when { context.args.order_id == "13" };
"""
refunded: list[tuple[str, int]] = []


@tool(effect=Effect.KEYED)
async def refund(order_id: str, amount: int, *, key: IdempotencyKey) -> str:
    """Pay an order back."""
    refunded.append((order_id, amount))
    return "refunded"


file = Path(tempfile.mkdtemp()) / "shop.cedar"
file.write_text(POLICIES)
desk = Agent("desk", prompt=Prompt("desk", "You are a desk."), model="scripted", tools=[refund])
shop = App("shop", AgentNode("shop", "desk"), agents=[desk], policies=file)
wishes = [("1", 500), ("13", 20), ("1", 100)]
script = [
    *(call("refund", {"order_id": order, "amount": amount}) for order, amount in wishes),
    answer("I refunded 100"),
]


async def main() -> None:
    async with Runtime.open("memory:", models={"scripted": ScriptedModel(script)}) as runtime:
        run = await runtime.start(shop, "my shirt is torn")
        print(await run.result())
        async for entry in run.events(follow=False):
            match entry.event:
                case StepEnded(fault=fault) if fault is not None:
                    print(f"{fault.message}; {fault.hint}")
                case StepIntended(policies=policies):
                    print(f"let through by {', '.join(policies)}")
    assert refunded == [("1", 100)]


asyncio.run(main())
