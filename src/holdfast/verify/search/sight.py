"""Which of what was imagined may still be looked at: the rest bears on nothing that follows. Pure."""

from collections.abc import Callable

from holdfast.journal.fold.state import RunState
from holdfast.kernel.paths import ancestors
from holdfast.orchestration.values.votes import VOTE_KIND
from holdfast.verify.subject import Subject
from holdfast.verify.values.unknown import Unknown

GRAPH_KIND, EVENT_KIND = "graph", "event"
ASKED_LATER = (VOTE_KIND, GRAPH_KIND, EVENT_KIND)
"""The kinds of nodes that evaluate something only after they were entered."""


def in_sight(subject: Subject, run: RunState) -> Callable[[Unknown], bool]:
    """Return whether a value may be read by an expression that is still to be evaluated in ``run``."""
    waiting = [fields for place, fields in subject.readers if not _is_done(place, subject, run)]
    fields = frozenset[str]().union(*waiting)

    def may_be_read(unknown: Unknown) -> bool:
        last = unknown.steps[-1] if unknown.steps else None
        return last in fields if isinstance(last, str) else bool(waiting)

    return may_be_read


def _is_done(place: str, subject: Subject, run: RunState) -> bool:
    """Whether the expressions at ``place`` are evaluated no more: once, or never as what lies around it has ended."""
    if place in subject.repeated:
        around = (run.nodes.get(above) for above in ancestors(place))
        return any(node is not None and node.outcome is not None and "[" not in node.path for node in around)
    node = run.nodes.get(place)
    if node is not None:
        return node.kind not in ASKED_LATER or node.outcome is not None
    return any(state is not None and state.outcome is not None for state in map(run.nodes.get, ancestors(place)))
