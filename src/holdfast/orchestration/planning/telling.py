"""What a planner is told: the task, what a plan may use, what is left, what is done, what went wrong. All of it data.

And what a step of its plan is given.
"""

import msgspec

from holdfast.integration.tools.contract import Tool
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.payloads import Payloads
from holdfast.orchestration.flow.nodes import PlanNode
from holdfast.orchestration.flow.planned import plan_around, plan_of, present, step_at
from holdfast.orchestration.plan.graph import input_of
from holdfast.orchestration.plan.schema import Plan, read_plan
from holdfast.orchestration.plan.versions import finished, standing_of
from holdfast.orchestration.planning.allowed import Allowed, Left
from holdfast.orchestration.values.values import Values

VALUE_CHARACTERS_MAX = 4_000
"""How much of a finished step's value the planner is shown."""


async def told(
    node: PlanNode, state: NodeState, run: RunState, payloads: Payloads, allowed: Allowed, left: Left
) -> dict[str, object]:
    """Return the input of the planner's next draft."""
    plan = plan_of(state)
    given = None if state.input is None else await payloads.fetch_json(state.input)
    limits = {"steps_max": node.steps_max, "at_once_max": node.at_once_max, "left": left}
    seen: dict[str, object] = {"task": given, "may_use": _usable(allowed), "limits": limits}
    if plan.version:
        seen |= await _so_far(state, run, payloads)
    if plan.is_open and plan.problems is not None:
        seen["problems"] = await payloads.fetch_json(plan.problems)
        seen["last_draft"] = await Values(run, payloads).of(f"{state.path}/draft.{plan.drafts}")
    return seen


async def present_plan(state: NodeState, payloads: Payloads) -> Plan | None:
    """Return the version that is carried out; None while there is none."""
    adopted = plan_of(state).adopted
    return None if adopted is None else read_plan(await payloads.fetch_json(adopted))


async def input_at(run: RunState, path: str, payloads: Payloads) -> str | None:
    """Return the expression for what the step of a plan at ``path`` is given; None if no such step lies there."""
    step, node = step_at(run, path), plan_around(run, path)
    if step is None or node is None:
        return None
    plan = await present_plan(node, payloads)
    assert plan is not None, "steps run of an adopted plan"
    return input_of(plan.by_name[step.name])


async def _so_far(state: NodeState, run: RunState, payloads: Payloads) -> dict[str, object]:
    values, done = Values(run, payloads), finished(state, run)
    shown = {name: _shown(await values.of(f"{state.path}/{step.place}")) for name, step in done.items()}
    found = standing_of(state, run)
    names = {f"{state.path}/{step.place}": step.name for step in present(state)}
    failed = [
        {"step": names[each.path], "why": fault.message, "result": _shown(await values.of(each.path))}
        for each, fault in zip(found.failed, found.faults, strict=True)
    ]
    return {"plan": await present_plan(state, payloads), "finished": shown, "failed": failed}


def _shown(value: object) -> object:
    text = msgspec.json.encode(value).decode()
    return value if len(text) <= VALUE_CHARACTERS_MAX else f"{text[:VALUE_CHARACTERS_MAX]}…"


def _usable(allowed: Allowed) -> dict[str, object]:
    agents = [
        {
            "name": name,
            "does": allowed.skills.get(name, ""),
            "tools": [tool.name for tool in agent.tools],
            "answers": agent.answer.schema,
        }
        for name, agent in allowed.agents.items()
    ]
    calls = {"tools": allowed.tools, "functions": allowed.functions}
    return {"agents": agents} | {what: [_call(tool) for tool in tools.values()] for what, tools in calls.items()}


def _call(tool: Tool) -> dict[str, object]:
    return {
        "name": tool.name,
        "does": tool.description,
        "takes": tool.parameters,
        "gives": tool.shape.result,
        "effect": tool.effect,
        "undone_by": tool.reversibility,
    }
