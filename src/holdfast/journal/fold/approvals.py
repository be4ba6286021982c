"""How the approvals of calls evolve: asked, decided, and forgotten with what they were asked for."""

from msgspec.structs import replace

from holdfast.journal.events import ApprovalAsked, ApprovalDecided
from holdfast.journal.events.approvals import Ruling
from holdfast.journal.fold.approval_state import ApprovalState, Decided
from holdfast.journal.fold.state import RunState
from holdfast.journal.fold.step_state import StepState
from holdfast.journal.fold.steps import step_at, step_path, with_step


def approval_asked(state: RunState, event: ApprovalAsked, at: float, version: int) -> RunState:
    def ask(step: StepState) -> StepState:
        before = step.standing_approval  # arguments that somebody has given since are those that are asked of now
        approval = ApprovalState(
            event.number,
            event.tool,
            event.definition,
            event.digest,
            event.asked,
            at,
            event.needs,
            step.family,
            event.deadline,
            event.abandons,
            arguments=None if before is None else before.arguments,
        )
        return replace(step, name=event.tool, approval=approval)

    state = with_step(state, event, version, ask)
    open_ones = (*_others(state, step_path(event)), step_path(event))
    return replace(state, approvals=open_ones, asked=max(state.asked, event.number))


def approval_decided(state: RunState, event: ApprovalDecided, at: float, version: int) -> RunState:
    path = step_path(event)
    step = step_at(state, path)
    if step is None or not step.awaits_approval or step.approval is None or step.approval.number != event.number:
        return replace(state, version=version)  # a decision of what is not asked any more decides nothing
    approval = decided(step.approval, event, at)
    state = with_step(state, event, version, lambda step: replace(step, approval=approval))
    return replace(state, approvals=_others(state, path)) if event.settles else state


def decided(approval: ApprovalState, event: ApprovalDecided, at: float) -> ApprovalState:
    """Return ``approval`` after one more decision: an edit leaves none standing that was made of other arguments."""
    decision = Decided(event.by, event.ruling, event.of, event.roles, event.note, event.decided_at or at)
    is_edit = event.ruling is Ruling.EDIT
    return replace(
        approval,
        decisions=(decision,) if is_edit else (*approval.decisions, decision),
        digest=event.digest if is_edit else approval.digest,
        arguments=event.arguments if is_edit else approval.arguments,
        is_settled=event.settles,
    )


def _others(state: RunState, path: str) -> tuple[str, ...]:
    return tuple(each for each in state.approvals if each != path)
