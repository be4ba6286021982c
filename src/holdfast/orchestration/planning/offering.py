"""What a person is asked of a plan: the plan, what has changed in it, and what was wrong with their last edit."""

from holdfast.journal.events import QuestionAsked
from holdfast.journal.fold.state import NodeState
from holdfast.journal.recorder import Recorder
from holdfast.orchestration.flow.nodes import DecisionNode
from holdfast.orchestration.flow.planned import APPROVED, EDITED, REJECTED, plan_of
from holdfast.orchestration.plan.difference import changes, told_changes
from holdfast.orchestration.plan.schema import read_plan
from holdfast.orchestration.planning.telling import present_plan

IMPACTS = {
    APPROVED: "the plan is carried out as it stands",
    REJECTED: "the plan is not carried out, and its node fails",
    EDITED: "what is given as the value is checked, and carried out in its place",
}
"""What is expected of each choice, for whoever decides."""


async def offering(
    node: DecisionNode, plan_node: NodeState, path: str, recorder: Recorder, deadline: float | None
) -> QuestionAsked:
    """Return the event that asks a person about the plan that was checked last and is good."""
    plan, payloads = plan_of(plan_node), recorder.payloads
    assert plan.plan is not None, "what is offered was checked"
    offered, before = read_plan(await payloads.fetch_json(plan.plan)), await present_plan(plan_node, payloads)
    differs = changes(before, offered)
    details: dict[str, object] = {"plan": offered, "version": plan.version + 1, "changes": differs}
    if plan.problems is not None:
        details["problems"] = await payloads.fetch_json(plan.problems)
    asked = {
        "question": f"Carry out version {plan.version + 1} of the plan? {'; '.join(told_changes(differs))}",
        "details": details,
        "impacts": IMPACTS,
    }
    return QuestionAsked(
        node=path,
        number=recorder.state.asked + 1,
        asked=payloads.keep_json(asked),
        options=tuple(option.name for option in node.offered),
        deadline=deadline,
        default=node.at_deadline,
    )
