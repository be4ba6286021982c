"""The assistant's own agents: one decides which analyses a meeting needs, the other makes a briefing of the reports."""

from holdfast.apps.meeting.briefing.model import Draft, Plan
from holdfast.apps.meeting.offline.mind import NAME
from holdfast.execution.agent import Agent
from holdfast.kernel.limits import Budget
from holdfast.prompts.prompt import shipped

PLANNER = Agent(
    "planner",
    prompt=shipped("apps/meeting/planner"),
    task=shipped("apps/meeting/planner_task"),
    model=NAME,
    output=Plan,
    budget=Budget(turns=4, tool_calls=0, tokens=40_000),
)
EDITOR = Agent(
    "editor",
    prompt=shipped("apps/meeting/editor"),
    task=shipped("apps/meeting/editor_task"),
    model=NAME,
    output=Draft,
    budget=Budget(turns=4, tool_calls=0, tokens=160_000),
)
