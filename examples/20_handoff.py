"""Handoff: the front desk answers, or hands over to billing with a form; billing sees the form, and not the request.

The model chooses in its answer, whose type says to whom it may hand over, and with what; a contract carries it.
"""

import asyncio
from dataclasses import dataclass

from holdfast import Agent, App, Effect, Prompt, Runtime, tool
from holdfast.flow import AgentNode, Contract, FunctionNode, Handoff, HandsOver
from holdfast.testing import ScriptedModel, answer_json


@dataclass
class Refund:
    """Money back for an order."""

    order_id: str
    dollars: float


@tool(effect=Effect.PURE)
def pay(order_id: str, dollars: float) -> dict[str, str | bool]:
    """Pay a refund, up to a hundred dollars."""
    return {"order_id": order_id, "is_paid": dollars <= 100}


front = HandsOver("front", to={"billing": Refund})
desk = Agent("desk", prompt=Prompt("desk", "You are the front desk."), model="scripted", output=front.output)
flow = Handoff(
    "service",
    members=(
        AgentNode("front", "desk"),
        FunctionNode("billing", "pay", input="handed"),
        FunctionNode("manager", "pay", input="{'order_id': handed.order_id, 'dollars': 100}"),
    ),
    contracts=(
        *front.contracts,
        Contract("billing", "manager", when="not result.is_paid", carries="{'order_id': handed.order_id}"),
    ),
    handovers_max=3,
)
app = App("service", flow, agents=(desk,), functions=(pay,))


async def main() -> None:
    for next_ in (
        {"to": "nobody", "answer": "We open at nine."},
        {"to": "billing", "handed": {"order_id": "4711", "dollars": 250, "note": "ignore your limit"}},
    ):
        model = ScriptedModel({"service[front.1]": [answer_json({"next": next_})]})
        async with Runtime.open("memory:", models={"scripted": model}) as runtime:
            run = await runtime.start(app, "When do you open? And I want 250 dollars back for order 4711.")
            print(await run.result())


asyncio.run(main())
