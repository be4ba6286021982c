"""Autonomous loop: an agent works towards a goal by itself, round after round, until the world says that it is reached.

It acts within bounds that are declared: what its tools may do, its budget, the rounds. Whether the goal is reached is
measured by plain code, not claimed by the model; each round begins with fresh context and the last measurement.
"""

import asyncio

from holdfast import Agent, App, Autonomy, Budget, Effect, IdempotencyKey, Prompt, Runtime, tool
from holdfast.flow import AgentNode, AtRoundsMax, FunctionNode, Loop, Sequence
from holdfast.testing import ScriptedModel, answer, call

THERMOSTAT = {"celsius": 15.0}


@tool(effect=Effect.KEYED)
async def turn_up(degrees: float, *, key: IdempotencyKey) -> float:
    """Turn the heating up, by three degrees at most."""
    THERMOSTAT["celsius"] += min(degrees, 3.0)
    return THERMOSTAT["celsius"]


@tool(effect=Effect.READ)
async def measure() -> float:
    """Measure how warm it is."""
    return THERMOSTAT["celsius"]


warden = Agent(
    "warden",
    prompt=Prompt("warden", "You keep a house warm. Do one thing, then say what you did."),
    task=Prompt("warden_task", "It shall be {{ goal }} degrees. It is {{ now }}."),
    model="scripted",
    tools=[turn_up],
    budget=Budget(turns=4, tool_calls=2, usd=0.10),
    autonomy=Autonomy.AUTONOMOUS,
)
one_round = Sequence(
    "one_round",
    steps=(AgentNode("work", "warden", "{'goal': input, 'now': last}"), FunctionNode("measured", "measure", "{}")),
)
until_warm = Loop("warm", one_round, "result >= input", rounds_max=5, at_rounds_max=AtRoundsMax.PARTIAL)
app = App("warm", until_warm, agents=(warden,), functions=(measure,), input=float, budget=Budget(turns=12))
turns = [call("turn_up", {"degrees": 5.0}), answer("I turned it up.")]
model = ScriptedModel({f"warm[{number}]/work": turns for number in range(1, 6)})


async def main() -> None:
    async with Runtime.open("memory:", models={"scripted": model}) as runtime:
        run = await runtime.start(app, 20.0)
        print(await run.result(), "degrees")
        state = await run.state()
        print(f"{state.outcome} after {state.spend.turns} turns and {state.spend.tool_calls} tool calls")


asyncio.run(main())
