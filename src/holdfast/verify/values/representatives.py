"""Which values stand for all others: drawn from the schema and from what expressions compare with. Pure.

A value that is only ever compared with constants behaves as one of these: each constant, a number between each two, one
beside them, a text that is none of them, None where the schema allows it, lists of few items.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from holdfast.kernel.expression import parse
from holdfast.kernel.expression.tree import Field, Index, Literal, Name, Node
from holdfast.verify.values.unknown import Imagined, Items, Known, Unknown, Want

OTHER_TEXT = "something else"
COUNTED_MAX = 8
"""The largest number that the items of a list may be compared with."""
VALUES_MAX = 40
"""Of how many values written out in a schema each is tried."""
Constant = bool | int | float | str | None
_Key = tuple[type, object]


class Constants:
    """The constants that stand in expressions, by the names of the fields that are read beside them."""

    def __init__(self, expressions: Iterable[str]) -> None:
        self._all: dict[_Key, Constant] = {}
        self._by_name: defaultdict[str, dict[_Key, Constant]] = defaultdict(dict)
        for text in expressions:
            nodes = list(inside(parse(text).tree))
            found = {_key(each.value): each.value for each in nodes if isinstance(each, Literal)}
            self._all |= found
            for name in fields_in(nodes):
                self._by_name[name] |= found

    @property
    def texts(self) -> frozenset[str]:
        """The texts among them."""
        return frozenset(each for each in self._all.values() if isinstance(each, str))

    def beside(self, unknown: Unknown) -> tuple[Constant, ...]:
        """Return the constants that ``unknown`` may be compared with."""
        last = unknown.steps[-1] if unknown.steps else None
        return tuple((self._by_name[last] if isinstance(last, str) else self._all).values())


def representatives(unknown: Unknown, want: Want, constants: Constants, items_max: int) -> tuple[Imagined, ...]:
    """Return what is to be imagined of ``unknown``; nothing where no values can stand for all."""
    beside = constants.beside(unknown)
    found: list[Imagined] = []
    for option in unknown.schema.options:
        values = option.values
        if values is not None:
            found.extend(each for each in values[:VALUES_MAX] if isinstance(each, bool | int | float | str | None))
        elif want is Want.PRESENCE and option.kind != "null":
            found.append(Known.SOMETHING)
        else:
            found.extend(_of_kind(option.kind, want, beside, items_max))
    return tuple({_key(each): each for each in found}.values())


def _key(value: Imagined) -> _Key:
    return type(value), value  # True and 1 are two values


def fields_in(nodes: Iterable[Node]) -> Iterator[str]:
    """Yield the names of the fields that are read, whichever way they are written."""
    for node in nodes:
        match node:
            case Field(name=name) | Index(key=Literal(value=str(name))):
                yield name
            case _:
                pass


def _of_kind(kind: str | None, want: Want, beside: tuple[Constant, ...], items_max: int) -> Iterator[Imagined]:
    match kind:
        case "null":
            yield None
        case "boolean":
            yield from (True, False)
        case "integer" | "number":
            yield from _numbers(beside, is_whole=kind == "integer")
        case "string":
            yield from _texts(beside)
        case "array":
            yield from _lists(beside, items_max)
        case "object":
            yield Known.SOMETHING
        case _:
            yield from _of_anything(want, beside, items_max)


def _of_anything(want: Want, beside: tuple[Constant, ...], items_max: int) -> Iterator[Imagined]:
    """Yield what a value may be of which nothing is declared, as far as it is asked for."""
    match want:
        case Want.TRUTH:
            yield from (True, False)
        case Want.ITEMS:
            yield from _lists(beside, items_max)
        case Want.PRESENCE:
            yield Known.SOMETHING
        case Want.PLAIN:
            if any(isinstance(each, str) for each in beside):
                yield from _texts(beside)
            elif any(isinstance(each, bool) for each in beside):
                yield from (True, False)
            elif any(isinstance(each, int | float) for each in beside):
                yield from _numbers(beside, is_whole=False)


def _texts(beside: tuple[Constant, ...]) -> Iterator[str]:
    """Yield each constant, the text that counts as false, and one that is none of them."""
    texts = [each for each in beside if isinstance(each, str)]
    yield from (*texts, "")
    other = OTHER_TEXT
    while other in texts:
        other += "."
    yield other


def _numbers(beside: tuple[Constant, ...], *, is_whole: bool) -> Iterator[int | float]:
    """Yield each constant and 0, which counts as false, a number between each two, and one beside them."""
    given = sorted({0, *(each for each in beside if isinstance(each, int | float) and not isinstance(each, bool))})
    yield given[0] - 1
    for place, each in enumerate(given):
        yield each
        following = given[place + 1] if place + 1 < len(given) else each + 2
        between = (each + following) / 2
        if not is_whole:
            yield between
        elif int(between // 1) > each:
            yield int(between // 1)


def _lists(beside: tuple[Constant, ...], items_max: int) -> Iterator[Items]:
    """Yield lists of none up to ``items_max`` items, and of as many as constants ask for, and one more.

    None where a constant asks for more than can be imagined: then how many there are decides what nobody can try.
    """
    asked = [each for each in beside if isinstance(each, int) and not isinstance(each, bool)]
    if any(each > COUNTED_MAX for each in asked):
        return
    counts = {*range(items_max + 1), *(count for each in asked for count in (each, each + 1) if each > 0)}
    yield from (Items(count) for count in sorted(counts))


def inside(node: Node) -> Iterator[Node]:
    """Yield ``node`` and every node of the expression below it."""
    yield node
    for name in node.__struct_fields__:
        yield from _nodes(getattr(node, name))


def _nodes(value: object) -> Iterator[Node]:
    match value:
        case tuple():
            for each in value:
                yield from _nodes(each)
        case Name() | Literal():
            yield value
        case _ if hasattr(value, "__struct_fields__"):
            yield from inside(value)  # type: ignore[arg-type]  # the fields of the tree hold nodes, names and operators
        case _:
            pass
