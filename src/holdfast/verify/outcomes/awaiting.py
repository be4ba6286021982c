"""What may come of waiting: for a person, a child run, an event, an instant, a review. Pure."""

from collections.abc import Iterator

from holdfast.execution.actions import (
    Assess,
    AwaitChild,
    AwaitEvent,
    AwaitPerson,
    BeginChild,
    RunScript,
    WaitUntil,
    WakeAt,
)
from holdfast.journal.events import (
    BudgetLow,
    ChildBegun,
    ChildEnded,
    ChildStarted,
    EventReceived,
    EventRefused,
    NodeLeft,
    QuestionAnswered,
    RunReviewed,
)
from holdfast.kernel import paths
from holdfast.kernel.ids import EventId, PayloadId
from holdfast.kernel.limits import NOTHING_SPENT, Budget
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.flow.leaves import EventNode
from holdfast.orchestration.flow.names import EVENT
from holdfast.orchestration.flow.nodes import ChildNode, Node, PlanNode, ScriptNode
from holdfast.orchestration.flow.review import CHECK
from holdfast.orchestration.moves.children import child_at
from holdfast.orchestration.moves.passing import leaving, overdue
from holdfast.orchestration.moves.waiting import EVENTS_REFUSED_MAX
from holdfast.verify.outcomes.leaves import Leaves
from holdfast.verify.outcomes.move import Move, Result, Situation
from holdfast.verify.outcomes.reading import Reading, now
from holdfast.verify.places import place_of
from holdfast.verify.subject import ALL_OUTCOMES, Subject
from holdfast.verify.values.unknown import Unknown

PERSON, TIME, OTHERS = "a person", "time", "others"
SEEN_OF_EVENTS = ("id", "offset", "key", "at", "hops", "caused_by")
"""What is seen of an event that nobody knows, beside its payload."""
FREE_ANSWER = "an answer"
"""What somebody says who may say anything."""


class Awaiting:
    """Waits on behalf of the runs of one subject."""

    def __init__(self, subject: Subject, reading: Reading, leaves: Leaves) -> None:
        self._subject, self._reading, self._leaves = subject, reading, leaves

    def person_moves(self, action: AwaitPerson, node: Node, at: Situation) -> Iterator[Move]:
        """Yield what somebody may say."""
        if action.path in at.run.doubts:
            yield from self._leaves.settlements(action.path, node, at, by=PERSON)
            return
        state = at.run.nodes.get(action.path)
        question = None if state is None else state.question
        if question is None or question.choice is not None:
            return
        for choice in question.options or (FREE_ANSWER,):
            answered = QuestionAnswered(node=action.path, number=question.number, choice=choice, by=PERSON)
            yield Move(action.path, f"{PERSON} decides at {action.path}: {choice}", (answered,), by=PERSON)

    def instant_moves(self, action: WakeAt) -> Iterator[Move]:
        """Yield what happens at an instant; that a budget runs low is only told."""
        if not all(isinstance(each, BudgetLow) for each in action.then):
            yield Move(action.path, f"the instant comes that {action.path} waits for", action.then, by=TIME)

    def overdue_moves(self, action: WaitUntil, at: Situation) -> Iterator[Move]:
        """Yield what follows once the node's time is up."""
        is_run = action.path == self._subject.flow.name and at.run.budget.seconds is not None
        fault = Fault(ErrorKind.BUDGET if is_run else ErrorKind.TIMEOUT, "its time is up")
        if events := overdue(at.run, action.path, fault):
            yield Move(action.path, f"the time of {action.path} is up", events, by=TIME)

    def begin_moves(self, action: BeginChild, node: ChildNode, at: Situation) -> Iterator[Move]:
        """Yield how a child run begins, or that it cannot."""
        child = child_at(at.run, action.path, action.number)
        begun = ChildBegun(node=action.path, child=child)
        if child in at.run.children:
            yield Move(action.path, f"{action.path} begins a run of {node.app}", (begun,))
            return
        started = ChildStarted(
            node=action.path, number=action.number, child=child, app=node.app, budget=Budget(), input=PayloadId("?")
        )
        yield Move(action.path, f"{action.path} begins a run of {node.app}", (started, begun))
        for fault in self._leaves.faults(node, action.path, may_retry=False):
            left = NodeLeft(node=action.path, outcome=Outcome.FAILED, fault=fault)
            yield Move(action.path, f"{action.path} cannot begin a run of {node.app}: {fault.kind}", (left,))

    def child_moves(self, action: AwaitChild, node: Node, at: Situation) -> Iterator[Move]:
        """Yield how a child run may end."""
        child = at.run.children[action.child]
        outcomes = [*self._subject.of_children.get(child.app, ALL_OUTCOMES)]
        if child.is_recalled:
            outcomes = [Outcome.CANCELLED, *(each for each in outcomes if each is not Outcome.CANCELLED)]
        for outcome in outcomes:
            faults = [None] if outcome.is_success else [*self._leaves.faults(node, child.node, may_retry=False)]
            for fault in faults:
                ended = ChildEnded(
                    node=child.node,
                    child=child.run,
                    outcome=outcome,
                    spend=NOTHING_SPENT,
                    result=self._reading.given_by(node, child.node) if outcome.is_success else None,
                    fault=fault,
                )
                yield Move(action.path, f"the run of {child.app} at {child.node} ends: {outcome}", (ended,))

    def script_moves(self, action: RunScript, node: ScriptNode, at: Situation) -> Iterator[Move]:
        """Yield how what is opaque, or a plan, may end: nothing else is known of it."""
        declared = self._subject.places.get(place_of(action.path), node)
        is_plan = isinstance(declared, PlanNode)
        place = f"the plan at {action.path}" if is_plan else f"{action.path}, which is opaque,"
        for outcome in (Outcome.SUCCEEDED, Outcome.PARTIAL) if is_plan else (Outcome.SUCCEEDED,):
            left = NodeLeft(node=action.path, outcome=outcome, result=self._reading.given_by(node, action.path))
            yield Move(action.path, f"{place} {'succeeds' if outcome is Outcome.SUCCEEDED else 'does a part'}", (left,))
        for fault in self._leaves.faults(declared if is_plan else node, action.path, may_retry=False):
            events = leaving(at.run, action.path, Outcome.FAILED, fault)
            yield Move(action.path, f"{place} fails: {fault.kind}", events)

    def event_moves(self, action: AwaitEvent, node: EventNode, at: Situation) -> Iterator[Move]:
        """Yield that an event comes that is waited for, or so many that cannot be judged that the wait is given up."""
        path, wait = action.path, at.run.nodes[action.path].wait
        assert wait is not None, "only a node that waits has an event to come"
        payload = self._reading.given_by(node, path)
        came = EventReceived(node=path, number=wait.number, event_id=EventId("?"), topic=node.topic, payload=payload)
        told = f"an event on {node.topic} comes that {path} waits for"
        if node.when is None:
            yield Move(path, told, (came,), by=OTHERS)
        else:
            beside = {EVENT: self._seen(node, payload, path)}
            for result in self._reading.truths(node.when, path, at, beside):
                holds = None if result.is_undecided else result.error is None and bool(result.value)
                events = () if holds is False else (came,)
                vectors = ((holds,),)
                words = told if events else f"an event on {node.topic} comes that {path} does not wait for"
                imagined = result.imaginings if events else at.imaginings
                yield Move(path, words, events, imagined, by=OTHERS, is_undecided=holds is None, vectors=vectors)
        refused = EventRefused(node=path, number=wait.number, event_id=EventId("?"), reason="it cannot be judged")
        told = f"{EVENTS_REFUSED_MAX} events on {node.topic} come of which none can be judged"
        yield Move(path, told, (refused,) * (EVENTS_REFUSED_MAX - wait.refused), by=OTHERS)

    def _seen(self, node: EventNode, payload: PayloadId, path: str) -> dict[str, object]:
        """Return an event as what judges it sees it."""
        value = now(self._reading.book.fetch_json(payload))
        unknown = {name: Unknown(f"{path}:{EVENT}", (name,)) for name in SEEN_OF_EVENTS}
        return {**unknown, "topic": node.topic, "payload": value}

    def review_moves(self, action: Assess, at: Situation) -> Iterator[Move]:
        """Yield what the review may come to. What a check finds is not known: something, or nothing."""
        review = self._subject.searched_review
        assert review is not None, "only what an app declares is assessed"
        ways: list[tuple[Result, tuple[str, ...]]] = [(Result(at.imaginings), ())]
        for criterion in review.criteria:
            following = []
            for way, unmet in ways:
                for found in self._reading.truths(
                    criterion.holds, action.path, Situation(at.run, way.imaginings, at.chosen)
                ):
                    if found.is_undecided or (found.error is None and found.value):
                        following.append((found, unmet))
                    if found.is_undecided or found.error is not None or not found.value:
                        following.append((found, (*unmet, criterion.name)))
            ways = following
        for way, unmet in ways:
            yield self._reviewed(action, unmet, way, at)
            if review.check is None:
                continue
            checked = at.run.nodes.get(paths.below(action.path, CHECK))
            if checked is not None and checked.outcome is not None:
                yield self._reviewed(action, (*unmet, review.check.name), way, at)

    def _reviewed(self, action: Assess, unmet: tuple[str, ...], way: Result, at: Situation) -> Move:
        found = PayloadId("?unmet") if unmet else None
        number = len(at.run.reviews) + 1
        event = RunReviewed(node=action.path, round=number, unmet=unmet, found=found)
        told = f"the review finds {', '.join(unmet)} unmet" if unmet else "the review finds nothing unmet"
        return Move(action.path, told, (event,), way.imaginings)
