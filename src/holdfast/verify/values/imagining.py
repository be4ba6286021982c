"""Evaluates expressions over values that nobody knows. What is known is left to the evaluator of production. Pure.

Where an expression looks into a value that nobody knows, it asks (``Asks``) for something to be imagined of it, and is
evaluated anew. What no single value decides, as how two such values compare, is ``Undecided``.
"""

from collections.abc import Mapping, Sequence

from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.expression import STEPS_MAX
from holdfast.kernel.expression.evaluate import Evaluation
from holdfast.kernel.expression.tree import (
    Calculate,
    Call,
    Choice,
    Compare,
    Comparison,
    Defined,
    DictOf,
    Each,
    Either,
    Every,
    Field,
    Index,
    ListOf,
    Literal,
    Name,
    Negative,
    Node,
    Not,
)
from holdfast.kernel.expression.values import Meter
from holdfast.verify.values.parts import holds_unknown, is_finite, may_be_alike
from holdfast.verify.values.unknown import COMPUTED, Asks, Imaginings, Items, Known, Undecided, Unknown, Want

ORDER = (Comparison.LESS, Comparison.LESS_OR_EQUAL, Comparison.GREATER, Comparison.GREATER_OR_EQUAL)
OF_LISTS = ("any", "all", "first", "flatten", "max", "min", "sorted", "sum", "unique", "len")
"""The functions that must know how many items they are given."""


class Imagining:
    """Evaluates in one scope, under what is imagined so far."""

    def __init__(self, scope: Mapping[str, object], imaginings: Imaginings) -> None:
        self._scope, self._imaginings = scope, imaginings

    def value(self, node: Node, bound: Mapping[str, object] | None = None) -> object:
        """Return the value of ``node``, in which there may be parts that nobody knows.

        Raises ExpressionError where it has none for certain; Asks; Undecided.
        """
        names = bound or {}
        match node:
            case Literal(value):
                return value
            case Name(name):
                if name in names or name in self._scope:
                    return self.seen(names[name] if name in names else self._scope[name])
                return _really(node)
            case Field(of, name, shown):
                return self._field(self.value(of, names), name, shown)
            case Index(of, key, shown):
                return self._item(self.value(of, names), self.value(key, names), shown)
            case Choice(test, yes, no):
                return self.value(yes if self.truth(self.value(test, names)) else no, names)
            case ListOf(items):
                return [self.value(each, names) for each in items]
            case DictOf(entries):
                return {self._key(self.value(key, names)): self.value(each, names) for key, each in entries}
            case Each():
                return self._each(node, names)
            case Call(function, arguments):
                return self._called(function, [self.value(each, names) for each in arguments])
            case Defined(path):
                return self._defined(path, names)
            case _:
                return self._operated(node, names)

    def truth(self, value: object) -> bool:
        """Return whether ``value`` counts as true. Raises Asks."""
        if not isinstance(value, Unknown):
            return bool(value)
        kinds = value.schema.kinds
        if self._imaginings.get(value) is Known.SOMETHING and kinds is not None and kinds - {"null"} == {"object"}:
            return True
        raise Asks(value, Want.TRUTH)

    def items(self, value: object) -> object:
        """Return ``value`` as a list where it may be one. Raises Asks."""
        if isinstance(value, Unknown):
            kinds = value.schema.kinds
            if kinds is None or "array" in kinds:
                raise Asks(value, Want.ITEMS)
        return value

    def seen(self, value: object) -> object:
        """Return what is imagined of ``value``; of its parts nothing is looked at."""
        if not isinstance(value, Unknown):
            return value
        imagined = self._imaginings.get(value, Known.SOMETHING)
        match imagined:
            case Known.SOMETHING:
                return value
            case Items(count):
                return [self.seen(value.part(place, value.schema.of_item)) for place in range(count)]
            case plain:
                return plain

    def _field(self, of: object, name: str, shown: str) -> object:
        if not isinstance(of, Unknown):
            return (
                self.seen(of[name])
                if isinstance(of, dict) and name in of
                else _really(Field(Name("0"), name, shown), of)
            )
        kinds = of.schema.kinds
        if kinds is not None and "object" not in kinds:
            raise ExpressionError(f"{shown}: expected a dict with a field {name!r}, found {' or '.join(sorted(kinds))}")
        if kinds is not None and kinds != {"object"} and of not in self._imaginings:
            raise Asks(of, Want.PRESENCE)
        schema = of.schema.of_field(name)
        if schema is None:
            raise ExpressionError(f"{shown}: no field {name!r} in what {of} is declared to be")
        return self.seen(of.part(name, schema))

    def _item(self, of: object, key: object, shown: str) -> object:
        if isinstance(key, str) and isinstance(of, Unknown | dict):
            return self._field(of, key, shown)
        of = self.items(of)
        if isinstance(of, Unknown) or isinstance(key, Unknown):
            raise Undecided
        if isinstance(of, list) and isinstance(key, int) and not isinstance(key, bool) and -len(of) <= key < len(of):
            return self.seen(of[key])
        return _really(Index(Name("0"), Name("1"), shown), of, key)

    def _operated(
        self, node: Compare | Every | Either | Not | Negative | Calculate, names: Mapping[str, object]
    ) -> object:
        match node:
            case Compare(first, links):
                left = self.value(first, names)
                for comparison, operand in links:
                    right = self.value(operand, names)
                    if not self._compared(comparison, left, right):
                        return False
                    left = right
                return True
            case Every(operands) | Either(operands):
                for operand in operands[:-1]:
                    value = self.value(operand, names)
                    if self.truth(value) is isinstance(node, Either):
                        return value
                return self.value(operands[-1], names)
            case Not(operand):
                return not self.truth(self.value(operand, names))
            case Negative(operand):
                return self._on(Negative(Name("0")), self.value(operand, names))
            case Calculate(operator, left, right):
                return self._on(
                    Calculate(operator, Name("0"), Name("1")), self.value(left, names), self.value(right, names)
                )

    def _on(self, node: Node, *operands: object) -> object:
        """Return what the operation gives; where an operand is not known, a value of which nothing is."""
        if any(map(holds_unknown, operands)):
            return COMPUTED
        return _really(node, *operands)

    def _compared(self, comparison: Comparison, left: object, right: object) -> bool:
        if not holds_unknown(left) and not holds_unknown(right):
            return bool(_really(Compare(Name("0"), ((comparison, Name("1")),)), left, right))
        is_equality = comparison in (Comparison.EQUAL, Comparison.UNEQUAL)
        is_mixed = isinstance(left, list | dict) is not isinstance(right, list | dict)
        if is_equality and is_mixed and not may_be_alike(left, right):
            return comparison is Comparison.UNEQUAL
        for one, other in ((left, right), (right, left)):
            is_mixed = isinstance(one, list | dict) and (other is None or isinstance(other, bool | int | float | str))
            if is_mixed and comparison in (Comparison.EQUAL, Comparison.UNEQUAL):  # whatever is in the one
                return self._compared(comparison, [], other)
            if not isinstance(one, Unknown) or one.source == COMPUTED.source:
                continue
            if other is None and is_equality:
                return self._is_none(one) is (comparison is Comparison.EQUAL)
            is_plain = not holds_unknown(other) or (isinstance(other, Unknown) and is_finite(one))
            if (
                is_plain
                and not isinstance(other, dict)
                and (one is left or comparison not in (Comparison.IN, Comparison.NOT_IN))
            ):
                raise Asks(one, Want.PLAIN)
        raise Undecided

    def _is_none(self, one: Unknown) -> bool:
        kinds = one.schema.kinds
        if self._imaginings.get(one) is Known.SOMETHING or (kinds is not None and "null" not in kinds):
            return False
        raise Asks(one, Want.PRESENCE)

    def _called(self, function: str, arguments: list[object]) -> object:
        if function in OF_LISTS:
            arguments = [self.items(each) for each in arguments]
            if function in ("any", "all") and isinstance(arguments[0], list):
                arguments = [[self.truth(each) for each in arguments[0]]]
            if function == "len" and isinstance(arguments[0], list):
                return len(arguments[0])
        if any(map(holds_unknown, arguments)):
            return COMPUTED
        names = tuple(Name(str(place)) for place in range(len(arguments)))
        return _really(Call(function, names), *arguments)

    def _each(self, node: Each, names: Mapping[str, object]) -> object:
        over = self.items(self.value(node.over, names))
        if not isinstance(over, list):
            return _really(Each(Literal(0), node.name, Name("0"), None), over)
        found = []
        for each in over:
            inner = {**names, node.name: each}
            if node.condition is None or self.truth(self.value(node.condition, inner)):
                found.append(self.value(node.result, inner))
        return found

    def _defined(self, path: Node, names: Mapping[str, object]) -> bool:
        try:
            value = self.value(path, names)
        except ExpressionError:
            return False
        if isinstance(value, Unknown) and value.steps and value.schema.kinds is None:
            raise Undecided  # who knows whether what nobody has declared is there
        return True

    def _key(self, key: object) -> str:
        if isinstance(key, Unknown):
            raise Undecided
        return str(key)


def _really(node: Node, *operands: object) -> object:
    """Return what the evaluator of production gives for ``node``, whose operands are called 0, 1 and so on."""
    return Evaluation(_numbered(operands), Meter("steps", STEPS_MAX)).value(node)


def _numbered(operands: Sequence[object]) -> dict[str, object]:
    return {str(place): operand for place, operand in enumerate(operands)}
