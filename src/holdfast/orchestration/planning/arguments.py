"""Whether a step of a plan uses what it may, and gives it what it takes."""

from collections.abc import Iterator

import msgspec

from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.schema import Unfit
from holdfast.orchestration.plan.graph import TASK
from holdfast.orchestration.plan.schema import PlanStep
from holdfast.orchestration.planning.allowed import Allowed


def of_step(step: PlanStep, allowed: Allowed) -> Iterator[str]:
    """Yield what is wrong with ``step`` by itself."""
    usable = allowed.of(step.kind)
    if step.uses not in usable:
        told = ", ".join(sorted(usable)) or "none"
        yield f"{step.name}: expected one of the {step.kind}s that a plan may use ({told}), found {step.uses!r:.80}"
        return
    if twice := sorted(step.arguments.keys() & step.arguments_from.keys()):
        yield f"{step.name}: expected each argument once, found {', '.join(twice)} with a value and an expression"
    used = usable[step.uses]
    if isinstance(used, Tool):
        yield from _of_call(step, used)
    elif not step.task:
        yield f"{step.name}: expected a task for agent {step.uses}, found none"
    elif TASK in (*step.arguments, *step.arguments_from):
        yield f"{step.name}: expected no argument called {TASK}, for that is what its task is handed over as"


def _of_call(step: PlanStep, tool: Tool) -> Iterator[str]:
    if step.task is not None:
        yield f"{step.name}: expected no task for {step.kind} {step.uses}, found one: it takes arguments only"
    takes, required = tool.parameters.get("properties"), tool.parameters.get("required")
    given = {*step.arguments, *step.arguments_from}
    known = set(takes) if isinstance(takes, dict) else set()
    if strange := sorted(given - known):
        told = ", ".join(sorted(known)) or "none"
        yield f"{step.name}: expected arguments that {step.uses} takes ({told}), found {', '.join(strange)}"
    missing = sorted(set(required) - given) if isinstance(required, list) else []
    if missing:
        yield f"{step.name}: expected {', '.join(missing)}, which {step.uses} needs, found no such argument"
    if not (strange or missing or step.arguments_from):
        yield from _of_values(step, tool)


def _of_values(step: PlanStep, tool: Tool) -> Iterator[str]:
    """Yield which values do not fit; where some are yet to come, the call itself is checked when it is made."""
    read = tool.shape.read_arguments(msgspec.json.encode(step.arguments))
    if isinstance(read, Unfit):
        for problem in read.problems:
            yield f"{step.name}.{problem.where}: expected {problem.expected}, found {problem.found}"
