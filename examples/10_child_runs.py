"""One app runs another for each item, within a budget that it lends; cancelling the first ends all of them.

Each child is a run of its own, with an id that follows from its parent's: begun again after a crash it is the same run.
"""

import asyncio

from holdfast import Agent, App, Budget, Prompt, Runtime
from holdfast.flow import AgentNode, ChildNode, Map
from holdfast.journal.events import ChildBegun
from holdfast.journal.port import RunFilter
from holdfast.testing import ScriptedModel, answer, stall

clerk = Agent("clerk", prompt=Prompt("clerk", "You check one claim."), model="scripted")
check = App("check", AgentNode("check", "clerk"), agents=(clerk,))
share = Budget(turns=3, tokens=2_000)
desk = App(
    "desk", Map("desk", over="input", do=ChildNode("check", "check", "item", share), key="item"), input=list[str]
)


async def settle_three(budget: Budget) -> None:
    model = ScriptedModel([answer("it is covered")] * 3)
    async with Runtime.open("memory:", apps=[desk, check], models={"scripted": model}) as runtime:
        run = await runtime.start("desk", ["roof", "door", "car"], budget=budget)
        print(await run.result())
        state = await run.state()
        for head in await runtime.runs(RunFilter(parent=run.id)):
            child = await (await runtime.run(head.run)).state()
            print(f"{child.parent_step} may take {child.budget.turns} turns, took {child.spend.turns}")
        print(f"all together took {state.spend.turns} of {state.budget.turns} turns")


async def cancel_from_the_top() -> None:
    model = ScriptedModel([stall()] * 2)
    async with Runtime.open("memory:", apps=[desk, check], models={"scripted": model}) as runtime:
        run = await runtime.start("desk", ["roof", "door"])
        async for entry in run.events():
            if isinstance(entry.event, ChildBegun):
                await run.cancel("the customer called it off")
                break
        await run.wait()
        print([f"{head.app} {head.status}" for head in await runtime.runs()])


asyncio.run(settle_three(Budget(turns=12)))
asyncio.run(cancel_from_the_top())
