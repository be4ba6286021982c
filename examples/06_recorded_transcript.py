"""A run becomes a test: what the models replied is written to a file, and replayed without any model.

The recording checks what it is asked. Change the prompt, a tool or the input, and the replay says where it differs.
"""

import asyncio
import tempfile
from pathlib import Path

from holdfast import Agent, Effect, Prompt, RunFailed, Runtime, tool
from holdfast.testing import RecordedModel, ScriptedModel, Transcript, answer, call

FILE = Path(tempfile.mkdtemp(), "desk.jsonl")


@tool(effect=Effect.READ)
async def get_order(order_id: str) -> str:
    """Look up an order by its number."""
    return f"order {order_id} was sent"


def desk(prompt: str) -> Agent:
    return Agent("desk", prompt=Prompt("desk", prompt), model="any", tools=[get_order])


async def main() -> None:
    live = ScriptedModel([call("get_order", {"order_id": "4711"}), answer("It was sent.")])
    async with Runtime.open("memory:", models={"any": live}) as runtime:
        run = await runtime.start(desk("You answer briefly."), "Where is order 4711?")
        await run.wait()
        (await run.transcript()).write(FILE)

    replayed = RecordedModel(Transcript.read(FILE))
    async with Runtime.open("memory:", models={"any": replayed}) as runtime:
        same = await runtime.start(desk("You answer briefly."), "Where is order 4711?")
        assert await same.result() == "It was sent."

    async with Runtime.open("memory:", models={"any": replayed}) as runtime:
        other = await runtime.start(desk("You answer at length."), "Where is order 4711?")
        try:
            await other.result()
        except RunFailed as failed:
            print(failed)


asyncio.run(main())
