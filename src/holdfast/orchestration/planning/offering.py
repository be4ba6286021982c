"""What a person is asked of a plan: the plan, what has changed in it, and what was wrong with their last edit."""

from holdfast.journal.events import QuestionAsked
from holdfast.journal.fold.state import NodeState
from holdfast.journal.recorder import Recorder
from holdfast.orchestration.flow.nodes import DecisionNode
from holdfast.orchestration.flow.planned import APPROVED, EDITED, REJECTED, draft_path, plan_of
from holdfast.orchestration.plan.difference import changes, told_changes
from holdfast.orchestration.plan.schema import read_plan
from holdfast.orchestration.planning.telling import present_plan
from holdfast.orchestration.values.values import Values

IMPACTS = {
    APPROVED: "the plan is carried out as it stands",
    REJECTED: "the plan is not carried out, and its node fails",
    EDITED: "what is given as the value is checked, and carried out in its place",
}
"""What is expected of each choice, for whoever decides."""


async def offering(
    node: DecisionNode, plan_node: NodeState, path: str, recorder: Recorder, deadline: float | None
) -> QuestionAsked:
    """Return the event that asks a person about what was written last."""
    question, details = await _offered(plan_node, recorder)
    options = tuple(option.name for option in node.offered)
    asked = {
        "question": question,
        "details": details,
        "impacts": {choice: told for choice, told in IMPACTS.items() if choice in options},
    }
    return QuestionAsked(
        node=path,
        number=recorder.state.asked + 1,
        asked=recorder.payloads.keep_json(asked),
        options=options,
        deadline=deadline,
        default=node.at_deadline,
    )


async def _offered(plan_node: NodeState, recorder: Recorder) -> tuple[str, dict[str, object]]:
    """Return what is asked and the evidence: the plan with its changes, or what is wrong with the last draft."""
    plan, payloads = plan_of(plan_node), recorder.payloads
    version = plan.version + 1
    details: dict[str, object] = {}
    if plan.problems is not None:
        details["problems"] = await payloads.fetch_json(plan.problems)
    if plan.plan is None:
        draft = draft_path(plan_node.path, plan.drafts)
        details["draft"] = await Values(recorder.state, payloads).of(draft)
        return f"None of {plan.tries} drafts can be carried out. Write version {version} of the plan?", details
    offered, before = read_plan(await payloads.fetch_json(plan.plan)), await present_plan(plan_node, payloads)
    differs = changes(before, offered)
    details |= {"plan": offered, "version": version, "changes": differs}
    return f"Carry out version {version} of the plan? {'; '.join(told_changes(differs))}", details
