"""What happens to plans and to the steps of graphs, in words. Pure."""

from holdfast.journal.events import StepJudged

OfPlan = StepJudged


def plan_line(event: OfPlan) -> str:
    """Return what happened, in one line. What it quotes comes from outside: clean it before it is shown."""
    found = "came to what was expected" if event.fault is None else f"is found wanting: {event.fault.message}"
    return f"{event.node}  {event.step} {found}"
