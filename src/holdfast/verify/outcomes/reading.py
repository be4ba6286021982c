"""Reads the values of a run that nobody knows yet, and what expressions give of them on each path. Pure."""

import inspect
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from holdfast.integration.tools.contract import Tool
from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.expression import parse
from holdfast.kernel.ids import PayloadId
from holdfast.orchestration.flow.check_waits import unusable_options
from holdfast.orchestration.flow.leaves import EventNode, PublishNode
from holdfast.orchestration.flow.names import FAULT, VARIABLES
from holdfast.orchestration.flow.nodes import AgentNode, FunctionNode, Map, Node, ToolNode
from holdfast.orchestration.values.values import NOTHING, Values
from holdfast.verify.outcomes.move import Result, Situation
from holdfast.verify.places import is_turn
from holdfast.verify.subject import Subject
from holdfast.verify.values.imagining import Imagining
from holdfast.verify.values.parts import holds_unknown
from holdfast.verify.values.representatives import representatives
from holdfast.verify.values.schema import ANYTHING, Schema
from holdfast.verify.values.unknown import COMPUTED, Asks, Imagined, Imaginings, Known, Undecided, Unknown, Want

T = TypeVar("T")
VECTORS_MAX = 500
"""In how many ways guards are held against each other."""
FORKS_MAX = 2_000
"""In how many ways what one expression gives may come about before it counts as undecided."""


class Book:
    """Names values as a run's payloads do: the same value has the same name."""

    def __init__(self) -> None:
        self._values: dict[PayloadId, object] = {}

    def keep(self, value: object) -> PayloadId:
        """Return the name of ``value``."""
        name = PayloadId(_written(value))
        self._values.setdefault(name, value)
        return name

    async def fetch_json(self, identity: PayloadId) -> object:
        """Return the value called ``identity``; one that was never kept is not known."""
        return self._values.get(identity, Unknown(identity))


class Reading:
    """Evaluates the expressions of one subject."""

    def __init__(self, subject: Subject, book: Book) -> None:
        self._subject, self.book = subject, book

    def results(self, text: str, path: str, at: Situation, beside: Mapping[str, object] = NOTHING) -> Iterator[Result]:
        """Yield what ``text`` may give, seen from the node at ``path``: each with what must be imagined for it."""
        expression = parse(text)
        try:
            asked = expression.names - beside.keys() - {VARIABLES}
            seen = {**_told(now(Values(at.run, self.book).scope(asked, path))), **beside, VARIABLES: COMPUTED}
        except ExpressionError as error:
            yield Result(at.imaginings, error=str(error))
            return
        yield from self.under(at.imaginings, lambda told: Imagining(seen, told).value(expression.tree))

    def truths(self, text: str, path: str, at: Situation, beside: Mapping[str, object] = NOTHING) -> Iterator[Result]:
        """Yield whether ``text`` may hold, likewise."""
        for result in self.results(text, path, at, beside):
            if result.error is not None or result.is_undecided:
                yield result
                continue
            value = result.value
            yield from self.under(result.imaginings, lambda told, value=value: settled(value, told))  # type: ignore[misc]

    def together(
        self, texts: Sequence[str], path: str, at: Situation, beside: Mapping[str, object] = NOTHING
    ) -> tuple[tuple[bool | None, ...], ...]:
        """Return which of the guards may hold together: each is evaluated, whatever the others give."""
        ways: list[tuple[Imaginings, tuple[bool | None, ...]]] = [(at.imaginings, ())]
        for text in texts:
            following: list[tuple[Imaginings, tuple[bool | None, ...]]] = []
            for told, before in ways:
                for result in self.truths(text, path, Situation(at.run, told, at.chosen), beside):
                    value = None if result.is_undecided else result.error is None and bool(result.value)
                    following.append((result.imaginings, (*before, value)))
            ways = following[:VECTORS_MAX]
        return tuple({vector for _, vector in ways})

    def under(self, imaginings: Imaginings, compute: Callable[[Imaginings], object]) -> Iterator[Result]:
        """Yield what ``compute`` gives, once for each way in which what it asks for can be imagined."""
        waiting, made = [imaginings], 0
        while waiting:
            told = waiting.pop()
            made += 1
            try:
                yield Result(told, compute(told))
            except ExpressionError as error:
                yield Result(told, error=str(error))
            except Undecided:
                yield Result(told, is_undecided=True)
            except Asks as asked:
                is_lasting = asked.unknown.source != COMPUTED.source
                found = self._imaginable(asked, told) if is_lasting and made <= FORKS_MAX else ()
                if not found:
                    yield Result(told, is_undecided=True)
                waiting.extend(told.insert(asked.unknown, each) for each in reversed(found))

    def choices(self, text: str, path: str, at: Situation) -> Iterator[Result]:
        """Yield the options of a question that ``text`` may give, as a tuple; what gives none that can be used has an
        error. What nobody knows may be any text that something tells apart."""
        for result in self.results(text, path, at):
            if result.error is not None:
                yield result
                continue
            for listed in self.under(result.imaginings, partial(self.as_list, result.value)):
                yield self._offered(listed, text, is_undecided=result.is_undecided)

    def _offered(self, listed: Result, text: str, *, is_undecided: bool) -> Result:
        found = listed.value
        if is_undecided or listed.is_undecided or (isinstance(found, list) and holds_unknown(found)):
            one = Unknown(text, ("choice",), Schema({"type": "string"}))
            any_of = representatives(one, Want.PLAIN, self._subject.constants, self._subject.bounds.items)
            return Result(listed.imaginings, tuple(map(str, any_of)), is_undecided=True)
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            told = f"expected {text!r} to be a list of texts, found {found!r:.80}"
            return Result(listed.imaginings, error=told)
        if wrong := unusable_options(found):
            return Result(listed.imaginings, error=wrong)
        return Result(listed.imaginings, tuple(found))

    def value(self, path: str, at: Situation) -> object:
        """Return the value of the node at ``path``."""
        return now(Values(at.run, self.book).of(path))

    def as_list(self, value: object, imaginings: Imaginings) -> object:
        """Return ``value`` as a list, its items perhaps unknown. Raises Asks."""
        imagining = Imagining(NOTHING, imaginings)
        return imagining.items(imagining.seen(value))

    def plain(self, unknown: Unknown, imaginings: Imaginings) -> Iterator[Result]:
        """Yield what ``unknown`` may be, of which all values are written out."""

        def told(known: Imaginings) -> object:
            found = Imagining(NOTHING, known).seen(unknown)
            if isinstance(found, Unknown):
                raise Asks(found, Want.PLAIN)
            return found

        yield from self.under(imaginings, told)

    def keys(self, node: Map, found: list[object], imaginings: Imaginings) -> tuple[str, ...]:
        """Return the keys of the items of ``node``; of an item whose key nobody knows its place."""
        return tuple(self._key(node, item, index, imaginings) for index, item in enumerate(found))

    def _key(self, node: Map, item: object, index: int, imaginings: Imaginings) -> str:
        if node.key is None:
            return str(index)
        try:
            found = Imagining({"item": item, "index": index}, imaginings).value(parse(node.key).tree)
        except (ExpressionError, Asks, Undecided):
            return str(index)
        return str(index) if holds_unknown(found) or is_turn(str(found)) else str(found)

    def _imaginable(self, asked: Asks, told: Imaginings) -> tuple[Imagined, ...]:
        """Return what can be imagined of a value beside what is imagined of it already."""
        subject = self._subject
        found = representatives(asked.unknown, asked.want, subject.constants, subject.bounds.items)
        if told.get(asked.unknown) is Known.SOMETHING:
            return tuple(each for each in found if each is not None and each is not Known.SOMETHING)
        return found

    def given_by(self, node: Node, path: str) -> PayloadId:
        """Return the name of what the leaf at ``path`` gives if it succeeds."""
        match node:
            case AgentNode(agent=name):
                agent = self._subject.agents.get(name)
                schema = Schema({"type": "string"}) if agent is not None and agent.output is None else ANYTHING
                if agent is not None and agent.output is not None:
                    schema = Schema.of(agent.answer.schema)
            case ToolNode() | FunctionNode():
                schema = result_schema(self._subject.called(node))
            case EventNode(topic=topic):
                schema = self._subject.topics.get(topic, ANYTHING)
            case PublishNode():
                schema = Schema({"type": "string"})
            case _:
                schema = ANYTHING
        return self.book.keep(Unknown(path, (), schema))


def result_schema(tool: Tool | None) -> Schema:
    """Return the schema of what ``tool`` gives."""
    return ANYTHING if tool is None else Schema.of(tool.shape.result)


def settled(value: object, imaginings: Imaginings) -> bool:
    """Return whether ``value`` counts as true. Raises Asks, Undecided."""
    if isinstance(value, Unknown):
        if value.source == COMPUTED.source:
            raise Undecided
        imagining = Imagining(NOTHING, imaginings)
        return imagining.truth(imagining.seen(value))
    return bool(value)


def now(coroutine: Coroutine[object, object, T]) -> T:
    """Return what ``coroutine`` gives, which waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as stopped:
        value: T = stopped.value
        return value
    raise AssertionError(f"{inspect.getcoroutinestate(coroutine)}: what is read here is at hand")


def _told(seen: Mapping[str, object]) -> Mapping[str, object]:
    """Return ``seen`` without the words of a fault, which nobody knows."""
    fault = seen.get(FAULT)
    is_one = isinstance(fault, dict) and isinstance(fault.get("kind"), str) and isinstance(fault.get("message"), str)
    return {**seen, FAULT: {**fault, "message": COMPUTED}} if is_one and isinstance(fault, dict) else seen


def _written(value: object) -> str:
    """Return a text for ``value`` that no other value has."""
    match value:
        case Unknown():
            return f"?{value}"
        case list():
            return f"[{','.join(map(_written, value))}]"
        case dict():
            return "{" + ",".join(f"{name!r}:{_written(each)}" for name, each in sorted(value.items())) + "}"
        case _:
            return repr(value)
