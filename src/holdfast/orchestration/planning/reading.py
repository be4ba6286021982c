"""The plans of a run as they were carried out, version by version, and the one that a person is asked about."""

from collections.abc import Sequence

import msgspec

from holdfast.journal.events import PlanAdopted
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.payloads import Payloads
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.planned import PLAN_KIND, plan_of
from holdfast.orchestration.people.following import Entry
from holdfast.orchestration.plan.difference import Change, changes
from holdfast.orchestration.plan.schema import Plan, read_plan
from holdfast.orchestration.run.handle import Run


class PlanVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a plan."""

    number: int
    at: float
    """When it was adopted."""
    plan: Plan
    places: tuple[str, ...]
    """By what name each step lies below the plan, in the order of the steps."""
    changes: tuple[Change, ...]
    """What differs from the version before."""
    by: str = ""
    """Who approved or wrote it, if anybody was asked."""


class PlanReport(msgspec.Struct, frozen=True, kw_only=True):
    """A plan of a run: its versions, the last one is carried out."""

    path: str
    outcome: Outcome | None
    versions: tuple[PlanVersion, ...] = ()
    offered: Plan | None = None
    """What a person is to decide about, as the next version."""
    problems: tuple[str, ...] = ()
    """What is wrong with what was written last."""

    @property
    def latest(self) -> Plan | None:
        """The plan that is offered, else the one that is carried out."""
        if self.offered is not None:
            return self.offered
        return self.versions[-1].plan if self.versions else None


async def plans_of(run: Run) -> list[PlanReport]:
    """Return the plans of ``run``, in the order in which they were begun. Raises RunNotFound."""
    state = await run.state()
    nodes = sorted((node for node in state.nodes.values() if node.kind == PLAN_KIND), key=lambda node: node.entered_at)
    if not nodes:
        return []
    payloads = await run.payloads(state)
    entries = [entry async for entry in run.events(follow=False)]
    return [await _report(node, state, entries, payloads) for node in nodes]


async def _report(node: NodeState, state: RunState, entries: Sequence[Entry], payloads: Payloads) -> PlanReport:
    plan = plan_of(node)
    versions: list[PlanVersion] = []
    for entry in entries:
        match entry.event:
            case PlanAdopted() as event if event.node == node.path:
                before = versions[-1].plan if versions and event.number > 1 else None
                versions = versions if event.number > 1 else []
                versions.append(await _version(entry.at, event, before, payloads))
            case _:
                pass
    is_asked = any(path.startswith(f"{node.path}/") for path in state.questions)
    offered = await payloads.fetch_json(plan.plan) if is_asked and plan.plan is not None else None
    problems = await payloads.fetch_json(plan.problems) if plan.is_open and plan.problems is not None else []
    return PlanReport(
        path=node.path,
        outcome=node.outcome,
        versions=tuple(versions),
        offered=None if offered is None else read_plan(offered),
        problems=tuple(map(str, problems)) if isinstance(problems, list) else (),
    )


async def _version(at: float, event: PlanAdopted, before: Plan | None, payloads: Payloads) -> PlanVersion:
    plan = read_plan(await payloads.fetch_json(event.plan))
    return PlanVersion(
        number=event.number,
        at=at,
        plan=plan,
        places=tuple(step.place for step in event.steps),
        changes=tuple(changes(before, plan)),
        by=event.by,
    )
