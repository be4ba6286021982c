"""Plan and execute: a bad draft goes back with the reasons; an expectation fails, and the rest is planned anew.

The two prices are fetched side by side; what is finished is never done again by a later version of the plan.
"""

import asyncio
from typing import Any

from holdfast import Agent, App, Effect, Runtime, tool
from holdfast.flow import Plan, PlanNode, plans_of
from holdfast.prompts.prompt import shipped
from holdfast.testing import ScriptedModel, answer_json

PRICES = {("inn", "Bergen"): 90.0, ("ferry", "Bergen"): 0.0, ("train", "Bergen"): 55.0}


@tool(effect=Effect.READ)
async def price(of: str, to: str) -> float:
    """Look up what something costs; 0 if it does not go today."""
    print(f"  looks up {of}")
    return PRICES[of, to]


@tool(effect=Effect.PURE)
def add_up(prices: list[float]) -> float:
    """Add up prices."""
    return sum(prices)


def look_up(name: str, of: str) -> dict[str, Any]:
    step = {"name": name, "kind": "tool", "uses": "price", "arguments": {"of": of, "to": "Bergen"}}
    return {**step, "expects": "it goes today", "holds": "result > 0"}


TOTAL = {"name": "total", "kind": "tool", "uses": "add_up", "arguments_from": {"prices": "[bed, way]"}}
bad = {"steps": [look_up("bed", "inn"), {**TOTAL, "after": ["bed"]}]}  # it uses "way", which no step is called
first = {"steps": [look_up("bed", "inn"), look_up("way", "ferry"), {**TOTAL, "after": ["bed", "way"]}]}
second = {"steps": [look_up("way", "train"), {**TOTAL, "after": ["bed", "way"]}]}

planner = Agent("planner", prompt=shipped("orchestration/planner"), model="large", output=Plan)
app = App("trip", PlanNode("trip", "planner", tools=("price", "add_up")), agents=(planner,), tools=(price, add_up))
drafts = {f"trip/draft.{number}": [answer_json(each)] for number, each in enumerate((bad, first, second), 1)}


async def main() -> None:
    async with Runtime.open("memory:", models={"large": ScriptedModel(drafts)}) as runtime:
        run = await runtime.start(app, "What does a night in Bergen cost, with the way there?")
        print(await run.result())
        (plan,) = await plans_of(run)
        for version in plan.versions:
            print(f"version {version.number}: {', '.join(version.places)}")


asyncio.run(main())
