"""Which values expressions look into, and which they only hand on. Pure."""

from collections.abc import Iterable, Iterator

from holdfast.kernel.expression import parse
from holdfast.kernel.expression.tree import DictOf, ListOf, Literal, Name, Node
from holdfast.verify.kinds import Evaluated, Role
from holdfast.verify.values.representatives import fields_in, inside


def looked_into(expressions: Iterable[Evaluated], criteria: Iterable[str]) -> frozenset[str]:
    """Return the names whose values bear on what an expression gives or decides."""
    found: set[str] = set()
    for each in expressions:
        expression = parse(each.text)
        found |= set(_looks(expression.tree)) if each.role is Role.GIVEN else expression.names
    for text in criteria:
        found |= parse(text).names
    return frozenset(found)


def fields_of(text: str) -> frozenset[str]:
    """Return the names of the fields that an expression reads, whichever way they are written."""
    nodes = inside(parse(text).tree)
    return frozenset(fields_in(nodes))


def _looks(node: Node) -> Iterator[str]:
    """Yield the names in ``node`` but for those that stand alone, or as an entry of what is handed on."""
    match node:
        case Name() | Literal():
            pass
        case ListOf(items):
            for each in items:
                yield from _looks(each)
        case DictOf(entries):
            for _, value in entries:
                yield from _looks(value)
        case _:
            yield from (each.name for each in inside(node) if isinstance(each, Name))
