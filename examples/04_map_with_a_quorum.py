"""One agent for each item of a list, five items, done when three have answered.

The other two are ended as soon as the quorum is there; their places in the result are null.
"""

import asyncio

from holdfast import Agent, App, Prompt, Runtime
from holdfast.flow import AgentNode, Join, Map
from holdfast.testing import ScriptedModel, answer, fail, stall

ask = Agent(
    "ask",
    prompt=Prompt("ask", "You answer for one region."),
    task=Prompt("ask_task", "Is {{ region }} up?"),
    model="scripted",
    model_attempts_max=1,
)
flow = Map(
    "poll",
    over="input",
    do=AgentNode("ask", "ask", input="{'region': item}"),
    key="item",
    join=Join.QUORUM,
    quorum=3,
    item_timeout_seconds=30,
)
app = App("poll", flow, agents=(ask,), input=list[str])

model = ScriptedModel(
    {
        "poll[north]": [answer("up")],
        "poll[south]": [fail("the line is dead")],
        "poll[east]": [answer("up")],
        "poll[west]": [stall()],
        "poll[centre]": [answer("up")],
    }
)


async def main() -> None:
    async with Runtime.open("memory:", models={"scripted": model}) as runtime:
        run = await runtime.start(app, ["north", "south", "east", "west", "centre"])
        print(await run.result())
        state = await run.state()
        for path in ("poll[south]", "poll[west]"):
            print(path, state.nodes[path].outcome)


asyncio.run(main())
