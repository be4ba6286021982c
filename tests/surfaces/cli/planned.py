"""A small application that a model plans: a first plan of which a step goes wrong, and a second one."""

from typing import Any

from holdfast import Agent, App, Effect, Prompt, ToolFailure, tool
from holdfast.flow import Plan, PlanApproval, PlanNode
from holdfast.integration.gateway.lines import answer_json
from holdfast.integration.gateway.scripted import ScriptedModel


@tool(effect=Effect.READ)
async def fetch(city: str) -> dict[str, Any]:
    """Fetch the weather of a city."""
    if city == "Atlantis":
        raise ToolFailure("there is no such city")
    return {"city": city, "degrees": len(city)}


def step(name: str, city: str, *after: str) -> dict[str, Any]:
    return {"name": name, "kind": "tool", "uses": "fetch", "arguments": {"city": city}, "after": after}


FIRST = {"steps": [step("here", "Rome"), step("there", "Atlantis", "here")], "why": "compare two cities"}
SECOND = {"steps": [{**step("there", "Oslo", "here"), "holds": "result.degrees == 4"}]}


def planning() -> ScriptedModel:
    script = {"planned/draft.1": [answer_json(FIRST)], "planned/draft.2": [answer_json(SECOND)]}
    return ScriptedModel(script, name="planning")


PLANNER = Agent("planner", Prompt("planner", "You plan."), "planning", output=Plan)
planned = App(
    "planned",
    PlanNode("planned", "planner", tools=("fetch",), approval=PlanApproval()),
    agents=[PLANNER],
    tools=[fetch],
    models={"planning": planning},
)
