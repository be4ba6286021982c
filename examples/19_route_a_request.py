"""Routing: a small model says what a request is about, guards send it on, and what it is unsure of goes to the desk.

A ladder stands at one end: if the specialist fails, plain code answers, and the result says which rung it was.
"""

import asyncio
from dataclasses import dataclass

from holdfast import Agent, App, Effect, Prompt, Runtime, tool
from holdfast.flow import AgentNode, Branch, Case, Fallback, FunctionNode, Sequence
from holdfast.testing import ScriptedModel, answer, answer_json


@tool(effect=Effect.PURE)
def forward(to: str) -> str:
    """Say to whom a request goes."""
    return f"Your request is with {to}; somebody writes to you today."


@dataclass
class Kind:
    about: str
    sure: float


sort = Agent("sort", prompt=Prompt("sort", "Refund, delivery or other? How sure?"), model="small", output=Kind)
refunds = Agent("refunds", prompt=Prompt("refunds", "You answer on refunds."), model="large")
desk = FunctionNode("desk", "forward", input="{'to': 'our desk'}")
flow = Sequence(
    "front",
    steps=(
        AgentNode("kind", "sort"),
        Branch(
            "route",
            cases=(
                Case("kind.sure < 0.7", desk),
                Case("kind.about == 'refund'", Fallback("refund", (AgentNode("agent", "refunds"), desk))),
            ),
            otherwise=FunctionNode("other", "forward", input="{'to': 'the ' + kind.about + ' team'}"),
        ),
    ),
)
app = App("front", flow, agents=(sort, refunds), functions=(forward,))


async def main() -> None:
    for about, sure in (("delivery", 0.9), ("refund", 0.4), ("refund", 0.9)):
        kind = answer_json({"about": about, "sure": sure})
        model = ScriptedModel({"front/kind": [kind], "front/route/refund/agent": [answer("It was paid today.")]})
        async with Runtime.open("memory:", models={"small": model, "large": model}) as runtime:
            run = await runtime.start(app, "Where is my money?")
            print(await run.result())


asyncio.run(main())
