"""Follow a run while it goes on: its events from the journal, and between them hints of text as it streams.

Events are durable and complete. Hints are lossy: who listens too slowly misses some, and the journal's text wins.
"""

import asyncio

from holdfast import Agent, Effect, Prompt, Runtime, tool
from holdfast.journal.events import ModelReplied, RunEnded, StepEnded
from holdfast.journal.live import Hint
from holdfast.testing import ScriptedModel, answer, call


@tool(effect=Effect.READ)
async def read_page(number: int) -> str:
    """Read one page of the manual."""
    return f"Page {number}: turn the valve to the left."


reader = Agent("reader", prompt=Prompt("reader", "You look things up."), model="scripted", tools=[read_page])
model = ScriptedModel(
    [
        call("read_page", {"number": 7}, text="I look at page 7."),
        answer("Turn the valve to the left, a quarter of a turn at a time, and wait for the pressure to fall."),
    ],
    chunk_characters=16,
)


async def main() -> None:
    async with Runtime.open("memory:", models={"scripted": model}) as runtime:
        run = await runtime.start(reader, "How do I let the pressure off?")
        async for item in run.progress():
            if isinstance(item, Hint):
                print(f"      {item.step} … {item.text!r}")
                continue
            match item.event:
                case ModelReplied(turn=turn, usage=usage, stop=stop):
                    print(f"{item.version:4}  turn {turn} replied: {stop}, {usage.tokens} tokens")
                case StepEnded(name=name, outcome=outcome):
                    print(f"{item.version:4}  {name} {outcome}")
                case RunEnded(status=status):
                    print(f"{item.version:4}  {status}")
                case _:
                    pass


asyncio.run(main())
