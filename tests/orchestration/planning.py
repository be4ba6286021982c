"""An app whose flow a model plans, on a world that counts what is done to it; and words to write plans in."""

from collections.abc import Callable, Sequence
from typing import Any

from holdfast import Agent, App, Effect, Prompt, Provided, tool
from holdfast.flow import Plan, PlanApproval, PlanNode
from holdfast.journal.fold.state import RunState
from holdfast.orchestration.flow.planned import plan_of
from holdfast.orchestration.run.handle import Run
from holdfast.testing import answer_json
from tests.orchestration.world import LONG, World, one, three, two
from tests.runtime.stage import SCRIPTED, Stage

PLANNER = Prompt("planner", "You plan.")


@tool(effect=Effect.READ, timeout_seconds=LONG)
async def fetch(name: str, *, world: Provided[World]) -> dict[str, Any]:
    """Fetch something."""
    await world.act(name, "well", 1.0)
    return {"name": name, "size": len(name)}


def do(name: str, *after: str, goes: str = "well", **more: Any) -> dict[str, Any]:
    """Return a step of a plan that acts on the world under its own name."""
    step = {"name": name, "kind": "function", "uses": "one", "arguments": {"name": name, "goes": goes}}
    return {**step, "after": list(after), **more}


def plan(*steps: dict[str, Any], why: str = "") -> dict[str, Any]:
    """Return a plan as a planner writes it."""
    return {"steps": list(steps), "why": why}


def planner(**changes: Any) -> Agent:
    """Return the agent that plans."""
    return Agent(**{"name": "planner", "prompt": PLANNER, "model": SCRIPTED, "output": Plan, **changes})


def node(**changes: Any) -> PlanNode:
    """Return the flow of the app: whatever the world offers may be used."""
    declared = {"name": "root", "planner": "planner", "functions": ("one", "fetch"), "input": "input"}
    return PlanNode(**{**declared, **changes})


def app(world: World, flow: Any = None, **changes: Any) -> App:
    """Return the app."""
    declared = {"functions": (one, two, three, fetch), "agents": (planner(),)}
    return world.app(flow or node(), **{**declared, **changes})


def drafts(*written: Any, at: str = "root") -> dict[str, Any]:
    """Return the script of a model that writes these drafts, one after the other."""
    return {f"{at}/draft.{number}": [answer_json(each)] for number, each in enumerate(written, 1)}


async def carried_out(*written: Any, flow: PlanNode | None = None, **changes: Any) -> tuple[RunState, Any, World]:
    """Run an app whose planner writes these drafts; return how that ended, its value, and the world."""
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(drafts(*written), apps=[app(world, flow, **changes)]) as runtime:
        run = await runtime.start("root", "do it")
        state = await stage.ended(run)
        return state, await run.value(state), world


async def problems(*written: Any, flow: PlanNode | None = None, budget: Any = None, **changes: Any) -> list[str]:
    """Return what is wrong with the last of these drafts."""
    stage = Stage()
    world = World(stage.clock)
    flow = flow or node(drafts_max=len(written))
    async with stage.runtime(drafts(*written), apps=[app(world, flow, **changes)]) as runtime:
        run = await runtime.start("root", "do it", budget=budget)
        state = await stage.ended(run)
        kept = plan_of(state.nodes["root"]).problems
        found = None if kept is None else await (await run.payloads(state)).fetch_json(kept)
        return found if isinstance(found, list) else []


APPROVED = PlanApproval()
Deciding = Callable[[Run, RunState], Any]


async def decided(stage: Stage, run: Run, *choices: tuple[str, Any]) -> RunState:
    """Answer whatever the run asks, in turn, and return its state once it is over."""
    remaining: Sequence[tuple[str, Any]] = choices
    state = await stage.ended(run)
    while state.questions and remaining:
        (choice, value), *remaining = remaining
        await run.answer("", choice, value, by="Ann")
        state = await stage.ended(run)
    return state
