"""What is next of a plan: a draft, its check, a person's word, its steps, another version, its end. Pure."""

from typing import NamedTuple

from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.flow.nodes import PlanNode
from holdfast.orchestration.flow.planned import APPROVED, EDITED, approval_path, draft_path, plan_of
from holdfast.orchestration.plan.versions import standing_of
from holdfast.orchestration.values import joins
from holdfast.orchestration.values.graphs import Standing, first_fault

EDITS_MAX = 20
"""How often a person may change one draft."""


class Ask(NamedTuple):
    """The planner is to be told what to plan."""


class Draft(NamedTuple):
    """The planner writes."""

    path: str


class Check(NamedTuple):
    """What was written is to be held against what is allowed."""

    draft: NodeState


class Approve(NamedTuple):
    """A person is to decide."""

    path: str


class Edit(NamedTuple):
    """What a person has written in the place of the draft is to be checked."""

    decision: NodeState


class Adopt(NamedTuple):
    """The plan is to be carried out."""

    by: str


class Running(NamedTuple):
    """Its steps are under way; once one has failed nothing more is begun."""

    found: Standing


class Ended(NamedTuple):
    """There is nothing more to do."""

    outcome: Outcome
    fault: Fault | None = None


Stage = Ask | Draft | Check | Approve | Edit | Adopt | Running | Ended


def stage(node: PlanNode, state: NodeState, run: RunState) -> Stage:
    """Return what is next of the plan at ``state``, which was entered and has not ended."""
    plan = plan_of(state)
    if plan.is_open:
        return _in_the_making(node, state, run)
    if not plan.version:
        return Ask()
    found = standing_of(state, run)
    if found.is_done:
        return Ended(Outcome.SUCCEEDED if found.is_whole else Outcome.PARTIAL)
    if not found.failed:
        return Running(found)
    if found.under_way or found.to_judge or _has_doubts(state, run):
        return Running(found._replace(ready=()))
    return Ask() if plan.version <= node.replans_max else Ended(Outcome.FAILED, first_fault(found))


def _in_the_making(node: PlanNode, state: NodeState, run: RunState) -> Stage:
    plan = plan_of(state)
    path = draft_path(state.path, plan.drafts)
    draft = run.nodes.get(path)
    if draft is None or draft.outcome is None:
        return Draft(path)
    if not draft.outcome.is_success:
        return Ended(Outcome.FAILED, joins.because(draft))
    if plan.checked_at < draft.left_at:
        return Check(draft)
    is_bad = plan.problems is not None and not plan.by
    if is_bad and plan.tries < node.drafts_max:
        return Ask()
    if node.approval is None:
        return Ended(Outcome.FAILED, _no_plan(plan.tries, plan.found)) if is_bad else Adopt("")
    return _asked(state, run)


def _asked(state: NodeState, run: RunState) -> Stage:
    plan = plan_of(state)
    path = approval_path(state.path, plan.checks)
    decision = run.nodes.get(path)
    if decision is None or decision.outcome is None:
        return Approve(path)
    if not decision.outcome.is_success:
        return Ended(Outcome.FAILED, joins.because(decision))
    question = decision.question
    assert question is not None, "who has decided was asked"
    if question.choice == APPROVED:
        return Adopt(question.by)
    if question.choice == EDITED and plan.edits < EDITS_MAX:
        return Edit(decision)
    said = f": {question.note}" if question.note else ""
    told = f"the plan was rejected by {question.by}{said}"
    if question.choice == EDITED:
        told = f"expected a plan that can be carried out after at most {EDITS_MAX} changes, found none"
    return Ended(Outcome.FAILED, Fault(ErrorKind.REJECTED, told))


def _no_plan(drafts: int, found: int) -> Fault:
    counted = "1 draft" if drafts == 1 else f"{drafts} drafts"
    problems = "1 problem" if found == 1 else f"{found} problems"
    told = f"expected a plan that can be carried out after at most {counted}, found {problems} in the last one"
    return Fault(ErrorKind.UNMET, told)


def _has_doubts(state: NodeState, run: RunState) -> bool:
    return any(path.startswith(f"{state.path}/") for path in run.doubts)
