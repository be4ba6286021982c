"""What happens to plans and to the steps of graphs, in words. Pure."""

from holdfast.journal.events import PlanAdopted, PlanAsked, PlanChecked, StepJudged
from holdfast.surfaces.cli.showing.wording import counted

OfPlan = StepJudged | PlanAsked | PlanChecked | PlanAdopted


def plan_line(event: OfPlan) -> str:
    """Return what happened, in one line. What it quotes comes from outside: clean it before it is shown."""
    return f"{event.node}  {_words(event)}"


def _words(event: OfPlan) -> str:
    match event:
        case StepJudged():
            found = "came to what was expected" if event.fault is None else f"is found wanting: {event.fault.message}"
            return f"{event.step} {found}"
        case PlanAsked():
            return f"asks for draft {event.draft} of its plan"
        case PlanChecked():
            written = f"the plan of {event.by}" if event.by else f"draft {event.draft}"
            return f"{written}: {counted(event.found, 'problem') if event.problems else 'can be carried out'}"
        case PlanAdopted():
            by = f", approved by {event.by}" if event.by else ""
            return f"carries out version {event.number}{by}: {', '.join(step.place for step in event.steps)}"
