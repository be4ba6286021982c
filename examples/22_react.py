"""ReAct: the model thinks, acts by a tool, looks at what came of it, and thinks again, until it has an answer.

An agent with tools is exactly that. What it thought, did and saw is in the journal, so a run can be read as a dialogue.
"""

import asyncio

from holdfast import Agent, Effect, Prompt, Runtime, tool
from holdfast.journal.events import ModelReplied, StepEnded
from holdfast.testing import ScriptedModel, answer_json, call

TABLE = {"Everest": 8_849, "K2": 8_611}


@tool(effect=Effect.READ)
async def look_up(mountain: str) -> int:
    """Look up the height of a mountain, in metres."""
    return TABLE[mountain]


@tool(effect=Effect.PURE)
def subtract(minuend: int, subtrahend: int) -> int:
    """Subtract one number from another."""
    return minuend - subtrahend


guide = Agent(
    "guide",
    prompt=Prompt("guide", "Think aloud, use your tools, and answer with a number."),
    model="scripted",
    tools=[look_up, subtract],
    output=int,
)
model = ScriptedModel(
    [
        call("look_up", {"mountain": "Everest"}, text="I need both heights. First the higher one."),
        call("look_up", {"mountain": "K2"}, text="Everest is known. Now K2."),
        call("subtract", {"minuend": 8_849, "subtrahend": 8_611}, text="Subtracting is safer with a tool."),
        answer_json(238),
    ]
)


async def main() -> None:
    async with Runtime.open("memory:", models={"scripted": model}) as runtime:
        run = await runtime.start(guide, "By how many metres is Everest higher than K2?")
        print("answer:", await run.result())
        payloads = await run.payloads(await run.state())
        async for entry in run.events(follow=False):
            match entry.event:
                case ModelReplied(reply=reply):
                    print("thinks:", (await payloads.fetch_message(reply)).text)
                case StepEnded(name=name, shown=shown) if shown is not None:
                    for seen in (await payloads.fetch_message(shown)).parts:
                        print("sees:  ", getattr(seen, "content", ""), f"from {name}")


asyncio.run(main())
