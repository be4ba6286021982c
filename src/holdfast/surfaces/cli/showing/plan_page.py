"""The plans of a run as lines of text, and as JSON."""

from collections.abc import Iterator, Sequence

import msgspec
from rich.console import Console

from holdfast.journal.fold.state import RunState
from holdfast.kernel import paths
from holdfast.orchestration.draw.standing import MARKS, NOT_BEGUN
from holdfast.orchestration.plan.difference import told_changes
from holdfast.orchestration.plan.schema import Plan, PlanStep
from holdfast.orchestration.planning.reading import PlanReport, PlanVersion
from holdfast.surfaces.cli.showing.terminal import styled
from holdfast.surfaces.cli.showing.wording import instant

GIVEN_CHARACTERS_MAX = 200


def print_plans(
    reports: Sequence[PlanReport], state: RunState, console: Console, *, shows_changes: bool = False
) -> None:
    """Print each plan with how its steps stand, or with what changed from version to version."""
    for report in reports:
        for line in plan_lines(report, state, shows_changes=shows_changes):
            console.print(styled(line), soft_wrap=True)


def plan_lines(report: PlanReport, state: RunState, *, shows_changes: bool) -> Iterator[str]:
    """Yield the plan that is carried out with how each step stands, and the one that waits for a yes."""
    yield f"{report.path}  {_head(report)}"
    if shows_changes:
        for version in report.versions:
            yield f"  version {version.number}{_by(version)}, {instant(version.at)}"
            yield from (f"    {line}" for line in told_changes(version.changes))
    elif report.versions:
        last = report.versions[-1]
        for step, place in zip(last.plan.steps, last.places, strict=True):
            yield f"  {_mark(report, place, state)} {_step(step)}"
    if report.offered is not None:
        yield "  waits for a yes:"
        yield from (f"    {_step(step)}" for step in report.offered.steps)
    yield from (f"  problem: {problem}" for problem in report.problems)


def plan_record(report: PlanReport, state: RunState) -> dict[str, object]:
    """Return the same as JSON."""
    told = msgspec.to_builtins(report)
    last = report.versions[-1] if report.versions else None
    places = () if last is None else zip(last.plan.steps, last.places, strict=True)
    stands = {step.name: _outcome(report, place, state) for step, place in places}
    return {**told, "steps": stands}


def _head(report: PlanReport) -> str:
    if not report.versions:
        return "no version is carried out yet"
    last = report.versions[-1]
    return f"version {last.number}{_by(last)}{_why(last.plan)}"


def _by(version: PlanVersion) -> str:
    return f", approved by {version.by}" if version.by else ""


def _why(plan: Plan) -> str:
    return f": {plan.why}" if plan.why else ""


def _mark(report: PlanReport, place: str, state: RunState) -> str:
    node = state.nodes.get(paths.below(report.path, place))
    return NOT_BEGUN if node is None else MARKS[node.outcome]


def _outcome(report: PlanReport, place: str, state: RunState) -> str | None:
    """Return how a step stands: as it ended, ``running``, or None if it has not begun."""
    node = state.nodes.get(paths.below(report.path, place))
    return None if node is None else node.outcome or "running"


def _step(step: PlanStep) -> str:
    told = [f"{step.name}  {step.kind} {step.uses}"]
    given = {**step.arguments, **({"task": step.task} if step.task else {})}
    if given:
        told.append(msgspec.json.encode(given).decode()[:GIVEN_CHARACTERS_MAX])
    told += [f"{name} from {text}" for name, text in step.arguments_from.items()]
    if step.after:
        told.append(f"after {', '.join(step.after)}")
    if step.expects or step.holds:
        told.append(f"expecting {step.expects or step.holds}")
    if step.share is not None:
        told.append(f"{step.share:.0%} of the budget")
    return " · ".join(told)
