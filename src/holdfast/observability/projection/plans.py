"""What a trace shows of plans: drafts, questions and steps are nodes of their own, so nothing beside."""

from holdfast.journal.events import PlanAdopted, PlanAsked, PlanChecked
from holdfast.observability.trace import Trace


def plan_went_on(trace: Trace, _event: PlanAsked | PlanChecked | PlanAdopted, _at: float) -> Trace:
    return trace
