"""What may come of entering a node, as ``driving.evaluate`` does it: its input, guards or items. Pure."""

from collections.abc import Iterator, Sequence
from functools import partial

import msgspec

from holdfast.execution.actions import Evaluate
from holdfast.journal.events import (
    BranchTaken,
    Event,
    EventAwaited,
    ItemsMapped,
    NodeEntered,
    NodeLeft,
    QuestionAsked,
    StepEnded,
)
from holdfast.journal.fold.handing import handed
from holdfast.journal.fold.sagas import is_undoing
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.flow.leaves import EventNode, PublishNode
from holdfast.orchestration.flow.names import INPUT
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    ChildNode,
    DecisionNode,
    FunctionNode,
    Graph,
    Handoff,
    Loop,
    Map,
    Node,
    ScriptNode,
    ToolNode,
    Vote,
    WaitNode,
)
from holdfast.orchestration.moves.passing import entering
from holdfast.verify.outcomes.asked_again import AskedAgain
from holdfast.verify.outcomes.move import Failed, Move, Result, Situation
from holdfast.verify.outcomes.passing_on import PassingOn
from holdfast.verify.outcomes.reading import Reading
from holdfast.verify.subject import Subject
from holdfast.verify.values.unknown import COMPUTED, Unknown


class Entering:
    """Enters the nodes of one subject."""

    def __init__(self, subject: Subject, reading: Reading) -> None:
        self._subject, self._reading = subject, reading
        self._again = AskedAgain(reading)
        self._passing = PassingOn(reading)

    def moves(self, action: Evaluate, node: Node, at: Situation) -> Iterator[Move]:
        """Yield what may come of evaluating ``node`` at the action's path."""
        path = action.path
        if path in at.run.nodes and isinstance(node, Loop):
            yield from self._again.after_round(node, path, at)
        elif path in at.run.nodes and isinstance(node, Vote):
            yield from self._again.ballots(node, path, at)
        elif path in at.run.nodes and isinstance(node, Graph):
            yield from self._passing.judged(node, path, at)
        elif path in at.run.nodes and isinstance(node, Handoff):
            yield from self._passing.after_turn(node, path, at)
        else:
            yield from self._entered(action, node, at)

    def _entered(self, action: Evaluate, node: Node, at: Situation) -> Iterator[Move]:
        path, deadline = action.path, _deadline(action)
        match node:
            case Branch():
                yield from self._branch(node, path, deadline, at)
            case Map():
                yield from self._items(node, path, deadline, at)
            case DecisionNode():
                yield from self._asked(node, entering(node, path, deadline), at)
            case PublishNode():
                yield from self._published(node, entering(node, path, deadline), at)
            case EventNode():
                number = at.run.events_awaited + 1
                awaited = EventAwaited(node=path, number=number, topic=node.topic)
                yield from self._given(node, path, at, (node.key,), (entering(node, path, deadline), awaited))
            case Handoff():
                yield from self._begun(node, path, deadline, at)
            case WaitNode():
                entered = entering(node, path, deadline, None, node.seconds or 0.0)
                yield from self._given(node, path, at, (node.until,), (entered,))
            case AgentNode() | ToolNode() | FunctionNode() | ChildNode() | ScriptNode():
                given = self._reading.book.keep(Unknown(f"{path}:given"))
                yield from self._given(node, path, at, (node.input,), (entering(node, path, deadline, given),))
            case _:
                yield Move(path, f"{path} begins", (entering(node, path, deadline),))

    def _given(
        self, node: Node, path: str, at: Situation, texts: Sequence[str | None], events: tuple[Event, ...]
    ) -> Iterator[Move]:
        """Yield the entry of a node that is handed values: they are not kept, but whether there are any is."""
        ways = [Result(at.imaginings)]
        for text in (text for text in texts if text is not None):
            following: list[Result] = []
            for way in ways:
                for result in self._reading.results(text, path, Situation(at.run, way.imaginings, at.chosen)):
                    if result.error is None:
                        following.append(result)
                    else:
                        yield self._failing(node, path, at, events[0], text, result)
            ways = following
        for told in {id(way.imaginings): way.imaginings for way in ways}.values():
            yield Move(path, f"{path} begins", events, told)

    def _asked(self, node: DecisionNode, entered: NodeEntered, at: Situation) -> Iterator[Move]:
        """Yield that somebody is asked, once for each set of options where the run says what they are."""
        path = entered.node
        texts = (node.question, node.goal, node.details, *(option.impact for option in node.offered))
        asked = QuestionAsked(
            node=path,
            number=at.run.asked + 1,
            asked=PayloadId("?"),
            options=tuple(option.name for option in node.offered),
            deadline=node.deadline_seconds,
            default=node.at_deadline,
        )
        for move in self._given(node, path, at, texts, (entered, asked)):
            if node.choices is None or move.failed is not None:
                yield move
                continue
            here = Situation(at.run, at.imaginings if move.imaginings is None else move.imaginings, at.chosen)
            for result in self._reading.choices(node.choices, path, here):
                if isinstance(result.value, tuple):
                    events = (entered, msgspec.structs.replace(asked, options=result.value))
                    yield Move(path, move.told, events, result.imaginings)
                else:
                    yield self._failing(node, path, at, entered, node.choices, result)

    def _published(self, node: PublishNode, entered: NodeEntered, at: Situation) -> Iterator[Move]:
        """Yield that the event goes out with the entry, or that it does not fit its topic."""
        path = entered.node
        value = self._reading.given_by(node, path)
        left = NodeLeft(node=path, outcome=Outcome.SUCCEEDED, result=value)
        texts = (node.payload or INPUT, node.key)
        for move in self._given(node, path, at, texts, (entered, left)):
            yield move
            if move.failed is None:
                fault = Fault(ErrorKind.BAD_INPUT, f"it does not fit {node.topic}")
                refused = NodeLeft(node=path, outcome=Outcome.FAILED, fault=fault)
                told = f"{path} publishes nothing: what it would say does not fit {node.topic}"
                yield Move(path, told, (entered, refused), move.imaginings)

    def _begun(self, node: Handoff, path: str, deadline: float | None, at: Situation) -> Iterator[Move]:
        """Yield what the first member of a handoff is handed."""
        if node.input is None:
            around = handed(at.run, path)
            given = at.run.input if around is None else around.value
            yield Move(path, f"{path} begins", (entering(node, path, deadline, given),))
            return
        for result in self._reading.results(node.input, path, at):
            if result.error is not None:
                yield self._failing(node, path, at, entering(node, path, deadline), node.input, result)
                continue
            value = COMPUTED if result.is_undecided else result.value
            given = self._reading.book.keep(value)
            yield Move(path, f"{path} begins", (entering(node, path, deadline, given),), result.imaginings)

    def _failing(self, node: Node, path: str, at: Situation, entered: Event, text: str, result: Result) -> Move:
        fault = Fault(ErrorKind.EXPRESSION, result.error or "")
        left: Event = NodeLeft(node=path, outcome=Outcome.FAILED, fault=fault)
        if is_undoing(at.run, path) and isinstance(node, ToolNode | FunctionNode):
            name = node.tool if isinstance(node, ToolNode) else node.function
            left = StepEnded(
                node=path,
                turn=0,
                call=0,
                name=name,
                outcome=Outcome.REFUSED,
                seconds=0.0,
                fault=fault,
                is_definite=True,
            )
        told = f"{path} cannot begin: {result.error}"
        return Move(path, told, (entered, left), result.imaginings, failed=Failed(text, result.error or ""))

    def _branch(self, node: Branch, path: str, deadline: float | None, at: Situation) -> Iterator[Move]:
        entered = entering(node, path, deadline)
        vectors = self._reading.together([case.when for case in node.cases], path, at)
        waiting = [(0, at.imaginings, False)]
        while waiting:
            place, told, was_undecided = waiting.pop()
            if place == len(node.cases):
                case = None if node.otherwise is None else node.otherwise.name
                words = f"{path}: no case holds" + ("" if case is None else f", so it is {case}")
                taken = BranchTaken(node=path, case=case)
                yield Move(path, words, (entered, taken), told, is_undecided=was_undecided, vectors=vectors)
                continue
            text, then = node.cases[place].when, node.cases[place].then.name
            for result in self._reading.truths(text, path, Situation(at.run, told, at.chosen)):
                is_undecided = was_undecided or result.is_undecided
                if result.error is not None:
                    yield self._failing(node, path, at, entered, text, result)
                    continue
                if result.value or result.is_undecided:
                    taken = BranchTaken(node=path, case=then)
                    words = f"{path}: {text} holds, so it is {then}"
                    events = (entered, taken)
                    yield Move(path, words, events, result.imaginings, is_undecided=is_undecided, vectors=vectors)
                if not result.value or result.is_undecided:
                    waiting.append((place + 1, result.imaginings, is_undecided))

    def _items(self, node: Map, path: str, deadline: float | None, at: Situation) -> Iterator[Move]:
        entered, bounds = entering(node, path, deadline), self._subject.bounds
        for result in self._reading.results(node.over, path, at):
            if result.error is not None:
                yield self._failing(node, path, at, entered, node.over, result)
                continue
            as_list = partial(self._reading.as_list, result.value)
            for listed in self._reading.under(result.imaginings, as_list):
                found = listed.value
                if listed.is_undecided or result.is_undecided:
                    for count in range(min(bounds.items, node.items_max) + 1):
                        unknown: list[object] = [Unknown(f"{path}:item", (place,)) for place in range(count)]
                        yield self._mapped(node, entered, path, unknown, listed)
                elif not isinstance(found, list):
                    wrong = Result(
                        listed.imaginings, error=f"expected {node.over!r} to be a list, found {type(found).__name__}"
                    )
                    yield self._failing(node, path, at, entered, node.over, wrong)
                elif len(found) <= node.items_max:
                    yield self._mapped(node, entered, path, found, listed, at.run.budget.fan_out)

    def _mapped(
        self, node: Map, entered: Event, path: str, found: list[object], result: Result, fan_out: int | None = None
    ) -> Move:
        if fan_out is not None and len(found) > fan_out:
            fault = Fault(ErrorKind.BUDGET, f"{len(found)} items where {fan_out} are allowed")
            left = NodeLeft(node=path, outcome=Outcome.FAILED, fault=fault)
            return Move(path, f"{path} has more items than the run may begin", (entered, left), result.imaginings)
        keys = self._reading.keys(node, found, result.imaginings)
        items = tuple(self._reading.book.keep(each) for each in found)
        told = f"{path} has {len(found)} item{'' if len(found) == 1 else 's'}"
        return Move(path, told, (entered, ItemsMapped(node=path, keys=keys, items=items)), result.imaginings)


def _deadline(action: Evaluate) -> float | None:
    return min((limit for limit in (action.timeout_seconds, action.deadline) if limit is not None), default=None)
