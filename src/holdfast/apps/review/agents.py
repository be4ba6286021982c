"""The review's agents: a specialist for each subject, and the tracer of critical findings."""

from holdfast.apps.review.findings.answer import SpecialistAnswer, TraceVerdict
from holdfast.apps.review.tools import analyser_tool, list_files, read_lines, search
from holdfast.execution.agent import Agent
from holdfast.kernel.limits import Budget
from holdfast.prompts.prompt import shipped

OFFLINE = "offline:review"
"""The stand-in that is used where no language model is named."""
SPECIALIST_BUDGET = Budget(turns=20, tool_calls=120, tokens=2_000_000)
TRACER_BUDGET = Budget(turns=15, tool_calls=60, tokens=1_000_000)
ANSWER_TOKENS_MAX = 32_000

ANALYSERS = {
    "secrets": "secrets",
    "injection": "dangerous",
    "authentication": "authentication",
    "data": "data_handling",
    "dependencies": "dependencies",
    "complexity": "complexity",
    "tests": "test_presence",
}
"""The analyser each specialist may run, by the specialist's name."""


def _specialist(name: str, analyser: str) -> Agent:
    return Agent(
        name,
        prompt=shipped(f"apps/review/{name}"),
        task=shipped("apps/review/specialist_task"),
        model=OFFLINE,
        tools=(list_files, read_lines, search, analyser_tool(analyser)),
        output=SpecialistAnswer,
        budget=SPECIALIST_BUDGET,
        output_tokens_max=ANSWER_TOKENS_MAX,
    )


SPECIALISTS = tuple(_specialist(name, analyser) for name, analyser in ANALYSERS.items())

TRACER = Agent(
    "tracer",
    prompt=shipped("apps/review/tracer"),
    task=shipped("apps/review/tracer_task"),
    model=OFFLINE,
    tools=(list_files, read_lines, search),
    output=TraceVerdict,
    budget=TRACER_BUDGET,
    output_tokens_max=ANSWER_TOKENS_MAX,
)
