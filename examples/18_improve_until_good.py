"""Evaluator and optimiser: one agent writes, another marks what it wrote, round after round, until the mark will do.

The writer sees its last text and what was found wanting. The loop has a bound, and the run says if that was reached.
"""

import asyncio
from dataclasses import dataclass

from holdfast import Agent, App, Effect, Prompt, Runtime, tool
from holdfast.flow import AgentNode, AtRoundsMax, FunctionNode, Loop, Sequence
from holdfast.testing import ScriptedModel, answer, answer_json


@dataclass
class Mark:
    points: int
    wanting: str


@dataclass
class Marked:
    text: str
    mark: Mark


@tool(effect=Effect.PURE)
def together(text: str, mark: Mark) -> Marked:
    """Keep a text with its mark."""
    return Marked(text, mark)


task = Prompt("writer_task", "About {{ subject }}. Your last round: {{ before }}")
writer = Agent("writer", prompt=Prompt("writer", "You write one sentence."), task=task, model="scripted")
marker = Agent("marker", prompt=Prompt("marker", "You mark sentences."), model="scripted", output=Mark)
text = AgentNode("text", "writer", input="{'subject': input, 'before': last}")
mark = AgentNode("mark", "marker", input="text")
both = FunctionNode("both", "together", input="{'text': text, 'mark': mark}")
one_round = Sequence("one_round", (text, mark, both))
better = Loop("better", one_round, "result.mark.points >= 8", rounds_max=4, at_rounds_max=AtRoundsMax.PARTIAL)
app = App("better", better, agents=(writer, marker), functions=(together,))
model = ScriptedModel(
    {
        "better[1]/text": [answer("Tides are caused by things.")],
        "better[1]/mark": [answer_json({"points": 3, "wanting": "say by what"})],
        "better[2]/text": [answer("The moon's pull raises the tides twice a day.")],
        "better[2]/mark": [answer_json({"points": 9, "wanting": ""})],
    }
)


async def main() -> None:
    async with Runtime.open("memory:", models={"scripted": model}) as runtime:
        run = await runtime.start(app, "the tides")
        print(await run.result())
        print((await run.state()).outcome, "after", await run.value(await run.state(), "better[1]/mark"))


asyncio.run(main())
