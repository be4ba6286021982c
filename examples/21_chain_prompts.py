"""Prompt chaining: outline, a gate in plain code, text. Each step has one prompt and sees what the last one gave.

The gate is a guard over a typed result. An outline that is too thin is widened first; a good one goes straight on.
"""

import asyncio

from holdfast import Agent, App, Prompt, Runtime
from holdfast.flow import AgentNode, Branch, Case, Sequence
from holdfast.testing import ScriptedModel, answer, answer_json

outliner = Agent("outliner", prompt=Prompt("outline", "You outline."), model="scripted", output=list[str])
widener = Agent(
    "widener",
    prompt=Prompt("widen", "You add what is missing to an outline."),
    task=Prompt("widen_task", "{{ points }} is too little on {{ subject }}."),
    model="scripted",
    output=list[str],
)
writer = Agent(
    "writer",
    prompt=Prompt("write", "You write a paragraph from an outline."),
    task=Prompt("write_task", "{{ points }}"),
    model="scripted",
)
flow = Sequence(
    "essay",
    steps=(
        AgentNode("outline", "outliner"),
        Branch(
            "gate",
            cases=(
                Case("len(outline) < 3", AgentNode("widen", "widener", "{'points': outline, 'subject': input}")),
                Case("len(outline) > 9", AgentNode("again", "outliner", "'In at most five points: ' + input")),
            ),
        ),
        AgentNode("text", "writer", input="{'points': gate if gate != None else outline}"),
    ),
)
app = App("essay", flow, agents=(outliner, widener, writer))


async def main() -> None:
    for outline in (["the moon"], ["the moon", "the sun", "the coast"]):
        model = ScriptedModel(
            {
                "essay/outline": [answer_json(outline)],
                "essay/gate/widen": [answer_json([*outline, "the sun", "the shape of the coast"])],
                "essay/text": [answer("The moon pulls, the sun helps, and the coast decides how high it comes.")],
            }
        )
        async with Runtime.open("memory:", models={"scripted": model}) as runtime:
            run = await runtime.start(app, "tides")
            print(await run.result())
            print("asked:", [request.step.partition("/turn")[0] for request in model.requests])


asyncio.run(main())
