"""Agents side by side, joined by the flow: what one sees the others do not, and the last step sees all of it.

The flow is data. Inputs are expressions over the run's input and the results of earlier steps.
"""

import asyncio

from holdfast import Agent, App, Effect, Prompt, Runtime, tool
from holdfast.flow import AgentNode, FunctionNode, Parallel, Sequence
from holdfast.testing import ScriptedModel, answer_json

security = Agent("security", prompt=Prompt("security", "Find weaknesses."), model="scripted", output=list[str])
style = Agent("style", prompt=Prompt("style", "Find what is hard to read."), model="scripted", output=list[str])


@tool(effect=Effect.PURE)
def rank(security: list[str], style: list[str]) -> list[str]:
    """Put weaknesses before matters of taste."""
    return [*security, *style]


flow = Sequence(
    "review",
    steps=(
        Parallel("looks", branches=(AgentNode("security", "security"), AgentNode("style", "style"))),
        FunctionNode("ranked", "rank", input="{'security': looks.security, 'style': looks.style}"),
    ),
)
app = App("review", flow, agents=(security, style), functions=(rank,))

model = ScriptedModel(
    {
        "review/looks/security": [answer_json(["line 3 builds SQL from input"])],
        "review/looks/style": [answer_json(["line 9 nests five loops"])],
    }
)


async def main() -> None:
    async with Runtime.open("memory:", models={"scripted": model}) as runtime:
        run = await runtime.start(app, "def find(name): ...")
        print(await run.result())


asyncio.run(main())
