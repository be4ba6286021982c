"""How a node stands in the run that is drawn: its sign, and how far it is. Pure."""

from holdfast.journal.fold.handing import turns
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.draw.knowledge import Knowledge
from holdfast.orchestration.draw.plans import version_told
from holdfast.orchestration.flow.nodes import Handoff, Loop, Map, Node
from holdfast.orchestration.flow.places import path_of
from holdfast.orchestration.values.looping import last_round

MARKS = {
    None: "…",
    Outcome.SUCCEEDED: "✓",
    Outcome.PARTIAL: "◐",
    Outcome.FAILED: "✗",
    Outcome.REFUSED: "⊘",
    Outcome.IN_DOUBT: "?",
    Outcome.CANCELLED: "■",
    Outcome.SKIPPED: "–",
}
"""One sign for each way a node can stand; None while it runs."""

NOT_BEGUN = "·"


STANDINGS = {
    None: "running",
    Outcome.SUCCEEDED: "done",
    Outcome.PARTIAL: "done",
    Outcome.FAILED: "failed",
    Outcome.REFUSED: "failed",
    Outcome.IN_DOUBT: "failed",
    Outcome.CANCELLED: "ended",
    Outcome.SKIPPED: "ended",
}
"""One word for each way a node can stand, by which it is coloured."""


def standing(path: str, known: Knowledge) -> str:
    """Return the word for how the node at ``path`` stands; empty if it has not begun, or no run is drawn."""
    state = None if known.run is None else known.run.nodes.get(path)
    return "" if state is None else STANDINGS[state.outcome]


def mark(path: str, known: Knowledge) -> str:
    """Return the sign for how the node at ``path`` stands; empty if no run is drawn."""
    if known.run is None:
        return ""
    state = known.run.nodes.get(path)
    return NOT_BEGUN if state is None else MARKS[state.outcome]


def drawn_at(child: Node, node: Node, path: str, known: Knowledge) -> str:
    """Return the path by which ``child`` is drawn, directly below the ``node`` at ``path``.

    Of a member of a handoff it is that of the last turn it has had in the run that is drawn.
    """
    state = None if known.run is None else known.run.nodes.get(path)
    if isinstance(node, Handoff) and known.run is not None and state is not None:
        had = [turn.path for turn in turns(known.run, state) if turn.member == child.name]
        return had[-1] if had else path_of(child, node, path)
    return path_of(child, node, path)


def items_told(path: str, known: Knowledge) -> str:
    """Return how many items of the map at ``path`` have ended, as ``3/12``; empty if that is not known."""
    state = None if known.run is None else known.run.nodes.get(path)
    if known.run is None or state is None or not state.is_decided:
        return ""
    return f"{items_done(known.run, state)}/{len(state.keys)}"


def done_told(node: Node, path: str, known: Knowledge) -> str:
    """Return how far a map, loop or plan is, as ``3/12 done`` or ``round 2``; empty if that is not known."""
    if isinstance(node, Map) and (done := items_told(path, known)):
        return f"{done} done"
    if isinstance(node, Loop) and known.run is not None and (number := last_round(known.run, path)[0]):
        return f"round {number}"
    return version_told(node, path, known.run)


def items_done(run: RunState, node: NodeState) -> int:
    """Return how many items of a map have ended."""
    items = (run.nodes.get(paths.item(node.path, key)) for key in node.keys)
    return sum(item is not None and item.outcome is not None for item in items)
