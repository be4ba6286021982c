"""A small application with policies: an agent that refunds, bounded by two files."""

from decimal import Decimal
from pathlib import Path

from holdfast import Agent, App, Autonomy, Budget, Effect, IdempotencyKey, Prompt, tool
from holdfast.flow import AgentNode, Sequence, ToolNode
from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.scripted import ScriptedModel


@tool(effect=Effect.READ)
async def look_up(order_id: str) -> str:
    """Look an order up."""
    return f"order {order_id}"


@tool(effect=Effect.KEYED, ask_when="args.amount > 1000")
async def refund(order_id: str, amount: Decimal, *, key: IdempotencyKey) -> str:
    """Pay an order back."""
    return f"refunded {amount}"


def polite() -> ScriptedModel:
    return ScriptedModel([call("look_up", {"order_id": "1"}), answer("It is on its way")], name="polite")


DESK = Agent(
    "desk",
    Prompt("desk", "You are a desk."),
    "polite",
    tools=[look_up, refund],
    autonomy=Autonomy.AUTONOMOUS,
    budget=Budget(tool_calls=5, usd=0.5),
)
governed = App(
    "governed",
    Sequence("governed", (AgentNode("desk", "desk"), ToolNode("check", "look_up", "{'order_id': '1'}"))),
    agents=[DESK],
    tools=[look_up],
    models={"polite": polite},
    policies=Path(__file__).parent / "policies",
)
