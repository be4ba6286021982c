"""The smallest agent: a prompt, a model, one tool. The model is scripted, so nothing leaves this machine.

A script is a list of replies, one a turn: here it asks for a tool, then answers.
"""

import asyncio

from holdfast import Agent, Effect, Prompt, Runtime, tool
from holdfast.testing import ScriptedModel, answer, call


@tool(effect=Effect.READ)
async def get_order(order_id: str) -> dict[str, str]:
    """Look up an order by its number."""
    return {"order_id": order_id, "state": "sent on Tuesday"}


desk = Agent("desk", prompt=Prompt("desk", "You answer questions about orders."), model="scripted", tools=[get_order])
model = ScriptedModel([call("get_order", {"order_id": "4711"}), answer("Order 4711 was sent on Tuesday.")])


async def main() -> None:
    async with Runtime.open("memory:", models={"scripted": model}) as runtime:
        run = await runtime.start(desk, "Where is order 4711?")
        print(await run.result())

        state = await run.state()
        print(f"{state.status} after {state.spend.turns} turns and {state.spend.tool_calls} tool call")


asyncio.run(main())
