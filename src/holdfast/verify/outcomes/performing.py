"""What may come of each action: the one place where an action meets what is said of it. Pure."""

from collections.abc import Iterator

from holdfast.execution.actions import (
    Action,
    Assess,
    AwaitChild,
    AwaitEvent,
    AwaitPerson,
    BeginChild,
    CallModel,
    CallTool,
    Evaluate,
    PlanRetry,
    Probe,
    RunScript,
    WaitUntil,
    WakeAt,
)
from holdfast.journal.events import CancelRequested, Event, NodeRetried
from holdfast.kernel import paths
from holdfast.orchestration.flow.leaves import EventNode
from holdfast.orchestration.flow.nodes import AgentNode, ChildNode, ScriptNode
from holdfast.verify.outcomes.awaiting import PERSON, Awaiting
from holdfast.verify.outcomes.entering import Entering
from holdfast.verify.outcomes.leaves import Leaves
from holdfast.verify.outcomes.move import Move, Situation
from holdfast.verify.outcomes.reading import Book, Reading
from holdfast.verify.subject import Subject

OUTSIDE = "*"
"""Where a move is made from outside of the flow."""


class Performing:
    """Says what may come of the work of one subject's runs."""

    def __init__(self, subject: Subject, book: Book) -> None:
        self.subject, self.reading = subject, Reading(subject, book)
        self._entering = Entering(subject, self.reading)
        self._leaves = Leaves(subject, self.reading)
        self._awaiting = Awaiting(subject, self.reading, self._leaves)

    def intent(self, action: Action, at: Situation) -> Event | None:
        """Return what is recorded before the action's effect, if anything must be and is not yet."""
        return self._leaves.intent(action, at) if isinstance(action, CallTool) else None

    def moves(self, action: Action, at: Situation) -> Iterator[Move]:
        """Yield everything that may come of ``action``."""
        match action:
            case Assess():
                yield from self._awaiting.review_moves(action, at)
            case WakeAt():
                yield from self._awaiting.instant_moves(action)
            case WaitUntil():
                yield from self._awaiting.overdue_moves(action, at)
            case PlanRetry():
                retried = NodeRetried(node=action.path, attempt=action.attempt, retry_at=0.0, fault=action.fault)
                yield Move(action.path, f"{action.path} is tried again", (retried,))
            case _:
                yield from self._at_node(action, at)

    def outside(self, at: Situation) -> Iterator[Move]:
        """Yield what may happen to the run at any time."""
        if not self.subject.bounds.cancels or at.run.is_over:
            return
        if at.run.cancel_reason is None:
            asked = CancelRequested(reason="somebody wants it to end", by=PERSON)
            yield Move(OUTSIDE, "the run is cancelled", (asked,), by=PERSON)
        if at.run.doubts and at.run.abandons_by is None:
            asked = CancelRequested(reason="somebody wants it to end", by=PERSON, abandons_doubts=True)
            yield Move(OUTSIDE, "the run is cancelled without waiting for its doubts", (asked,), by=PERSON)

    def _at_node(self, action: Action, at: Situation) -> Iterator[Move]:
        path = _path_of(action)
        node = self.subject.node_at(path, at.run) if paths.parent(path) is None or not _is_round(path) else None
        match action, node:
            case Evaluate(), node if node is not None:
                yield from self._entering.moves(action, node, at)
            case CallModel(), AgentNode() as agent:
                yield from self._leaves.model_moves(action, agent, at)
            case CallTool(), node if node is not None:
                yield from self._leaves.tool_moves(action, node, at)
            case Probe(), node if node is not None:
                yield from self._leaves.probe_moves(action, node, at)
            case BeginChild(), ChildNode() as child:
                yield from self._awaiting.begin_moves(action, child, at)
            case AwaitChild(), node if node is not None:
                yield from self._awaiting.child_moves(action, node, at)
            case AwaitEvent(), EventNode() as event:
                yield from self._awaiting.event_moves(action, event, at)
            case RunScript(), ScriptNode() as script:
                yield from self._awaiting.script_moves(action, script, at)
            case AwaitPerson(), node:
                yield from self._awaiting.person_moves(action, node or self.subject.searched, at)
            case _:
                raise AssertionError(f"expected a move for {action!r} at {node!r}: say it in verify/outcomes")


def _path_of(action: Action) -> str:
    return paths.effect(getattr(action, "path", ""))[0]


def _is_round(path: str) -> bool:
    return path.rpartition("/")[2].startswith("review.")
