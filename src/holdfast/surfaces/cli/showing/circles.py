"""In which circles a run's agents are, or were when they ended: in words, and as JSON. Pure."""

from collections.abc import Iterator, Sequence

from holdfast.journal.events.circles import Circle
from holdfast.journal.fold.state import RunState

CIRCLES = {
    Circle.SAME_CALL: "the same call",
    Circle.SIMILAR_CALLS: "calls that hardly differ and fail",
    Circle.CYCLE: "the same calls in turn",
    Circle.NOTHING_NEW: "nothing new",
    Circle.CONTRADICTION: "results that contradict each other",
    Circle.DRIFT: "nothing to do with the task",
}


def circle_words(circle: Circle, tools: Sequence[str], count: int) -> str:
    """Return what went round, through which tools and how often. The names are a model's: clean them."""
    return f"{CIRCLES[circle]}: {', '.join(tools)}, {count} times"


def circle_lines(state: RunState) -> Iterator[str]:
    """Yield a line for each circle that an agent was told of, or was stopped for, since its trail began."""
    for path, node in state.nodes.items():
        for found in node.agent.trail.suspected if node.agent else ():
            yield f"{path}, turn {found.turn}: {circle_words(found.circle, found.tools, found.count)}"


def circle_records(state: RunState) -> list[dict[str, object]]:
    """Return the same as JSON."""
    return [
        {"node": path, "turn": each.turn, "circle": each.circle, "count": each.count, "tools": each.tools}
        for path, node in state.nodes.items()
        for each in (node.agent.trail.suspected if node.agent else ())
    ]
