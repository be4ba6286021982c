"""What calls of a run wait for a yes, as one needs it to decide."""

import msgspec

from holdfast.governance.escalation import Escalation, Grounds, Way
from holdfast.journal.events.approvals import Ruling
from holdfast.journal.fold.state import RunState
from holdfast.journal.fold.steps import step_at
from holdfast.journal.payloads import Payloads
from holdfast.orchestration.people.approvals import open_approvals


async def approvals_of(state: RunState, payloads: Payloads) -> list[Escalation]:
    """Return what ``state`` needs a yes to, in the order of asking."""
    return [await _escalation(state, path, payloads) for path in open_approvals(state)]


def _edited(grounds: Grounds, arguments: str) -> Grounds:
    """Return what is known of a call with other arguments: what was found of the first ones says nothing of it."""
    approve = Way(Ruling.APPROVE, f"{grounds.tool} is called with the arguments as they were changed")
    others = tuple(way for way in grounds.options if way.ruling is not Ruling.APPROVE)
    return msgspec.structs.replace(grounds, arguments=arguments, options=(approve, *others), evidence=())


async def _escalation(state: RunState, path: str, payloads: Payloads) -> Escalation:
    """Return what was asked at ``path`` with the arguments as they are now, and how the decision of it stands."""
    step = step_at(state, path)
    approval = None if step is None else step.approval
    assert approval is not None, "what waits for a yes was asked for"
    grounds = msgspec.json.decode(await payloads.fetch(approval.asked), type=Grounds)
    if approval.arguments is not None:
        grounds = _edited(grounds, (await payloads.fetch(approval.arguments)).decode())
    return Escalation(
        tool=grounds.tool,
        arguments=grounds.arguments,
        effect=grounds.effect,
        reversibility=grounds.reversibility,
        reason=grounds.reason,
        policies=grounds.policies,
        goal=grounds.goal,
        words=grounds.words,
        caller=grounds.caller,
        user=grounds.user,
        options=grounds.options,
        evidence=grounds.evidence,
        run=state.run,
        path=path,
        number=approval.number,
        digest=approval.digest,
        asked_at=approval.asked_at,
        needs=approval.needs,
        deadline=approval.deadline,
        at_deadline="abandon" if approval.abandons else "reject",
        decisions=approval.decisions,
        is_edited=approval.arguments is not None,
    )
