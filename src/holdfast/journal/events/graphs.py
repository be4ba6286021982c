"""What happens to the steps of a graph beside being entered and left: each is held against what was expected of it."""

from holdfast.journal.events.event import JournalEvent
from holdfast.kernel.outcomes import Fault


class StepJudged(JournalEvent, frozen=True, tag="graph.step_judged/1"):
    """What is expected of a step that has ended was evaluated."""

    node: str
    """The path of the graph."""
    step: str
    """The step's name in that path."""
    fault: Fault | None = None
    """Why the step counts as failed; None if what was expected holds."""
