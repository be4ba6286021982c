"""Compiles an expression to a condition of Cedar that holds for exactly the same values.

What Cedar cannot say is refused with the reason, never approximated: texts have no order there, decimals no arithmetic
and four digits, and a value that may be missing must be asked for before it is compared.
"""

from holdfast.governance.policy.nearest import nearest
from holdfast.governance.policy.shapes import Kind, RecordOf, SetOf, quoted
from holdfast.governance.policy.terms import Term, access, alike, attribute, literal, named, refused
from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.expression import Expression
from holdfast.kernel.expression.tree import (
    Arithmetic,
    Calculate,
    Call,
    Choice,
    Compare,
    Comparison,
    Defined,
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

Present = frozenset[str]
"""The optional values of which it is known at some place that they are there, as Cedar writes them."""

_ORDERS = {
    Comparison.LESS: ("<", "lessThan"),
    Comparison.LESS_OR_EQUAL: ("<=", "lessThanOrEqual"),
    Comparison.GREATER: (">", "greaterThan"),
    Comparison.GREATER_OR_EQUAL: (">=", "greaterThanOrEqual"),
}
_ADDED = (Arithmetic.ADD, Arithmetic.SUBTRACT, Arithmetic.MULTIPLY)
_LIKE = {"startswith": ("", "*"), "endswith": ("*", ""), "contains": ("*", "*")}


def compiled(expression: Expression, context: RecordOf) -> str:
    """Return ``expression`` over the fields of ``context`` as Cedar. Raises ExpressionError for what Cedar lacks."""
    try:
        return _Compiling(context).condition(expression.tree, frozenset())
    except ExpressionError as error:
        raise ExpressionError(f"expression {expression.text!r} cannot be a policy: {error}") from None


class _Compiling:
    def __init__(self, context: RecordOf) -> None:
        self._context = context

    def condition(self, node: Node, present: Present) -> str:
        """Return what is true or false."""
        term = self._term(node, present)
        if term.shape is not Kind.BOOL:
            raise refused(f"expected a condition, found {named(term)}: compare it with something")
        return term.text

    def _term(self, node: Node, present: Present) -> Term:
        match node:
            case Literal(value):
                return literal(value)
            case Negative(Literal(int() | float() as value)) if not isinstance(value, bool):
                return literal(-value)
            case Negative(operand):
                return self._negative(operand, present)
            case Name() | Field() | Index():
                return self._read(node, present)
            case Calculate(operator, left, right):
                return self._calculated(operator, left, right, present)
            case Choice(test, yes, no):
                return self._choice(test, yes, no, present)
            case Every() | Either() | Not() | Compare() | Defined() | Call():
                return Term(self._claim(node, present), Kind.BOOL)
            case _:
                raise refused("Cedar has no lists made by 'for', and none but behind 'in'")

    def _claim(self, node: Every | Either | Not | Compare | Defined | Call, present: Present) -> str:
        match node:
            case Every(operands):
                return self._joined(operands, present, "&&")
            case Either(operands):
                return self._joined(operands, present, "||")
            case Not(operand):
                return f"!({self.condition(operand, present)})"
            case Compare(first, links):
                return self._compared(first, links, present)
            case Defined(path):
                raise refused(f"what is not there is None here: write '{_shown(path)} != None'")
            case Call("contains", (container, wanted)):
                return self._holds(wanted, container, present)
            case Call(function, arguments) if function in _LIKE:
                return self._like(function, arguments, present)
            case Call(function):
                raise refused(f"Cedar has no {function}(): use comparisons, in, startswith, endswith or contains")

    def _read(self, node: Node, present: Present) -> Term:
        term = self._reach(node, present)
        if term.asks_for and term.asks_for not in present:
            shown = _shown(node)
            raise refused(f"{shown} may be missing: say what is to happen then, for example '{shown} != None and …'")
        return term

    def _reach(self, node: Node, present: Present) -> Term:
        """Return what ``node`` names, be it there or not; all above it must be."""
        match node:
            case Name(name):
                return self._part(Term("context", self._context), name, name)
            case Field(of, name, shown):
                return self._part(self._read(of, present), name, shown)
            case Index(of, Literal(str() as name), shown):
                return self._part(self._read(of, present), name, shown)
            case Index(_, _, shown):
                raise refused(f"{shown}: Cedar's lists have no order, so no item has a number")
            case _:
                raise refused("expected the name of an argument or circumstance before a dot")

    def _part(self, of: Term, name: str, shown: str) -> Term:
        if not isinstance(of.shape, RecordOf):
            raise refused(f"{shown}: expected something with fields, found {named(of)}")
        if name in of.shape.unsaid:
            raise refused(f"{shown}: Cedar has no type for it: a union, or a dict with any keys")
        field = of.shape.fields.get(name)
        if field is None:
            raise refused(f"there is no {shown}: {nearest(name, (*of.shape.fields, *of.shape.unsaid))}")
        asks = f"{of.text} has {attribute(name)}" if field.is_optional else ""
        return Term(access(of.text, name), field.shape, asks_for=asks)

    def _joined(self, operands: tuple[Node, ...], present: Present, operator: str) -> str:
        """Return conditions joined; each may rely on what those before it have asked for."""
        told = list[str]()
        for operand in operands:
            told.append(f"({self.condition(operand, present)})")
            present |= self._known_after(operand, present, is_true=operator == "&&")
        return f" {operator} ".join(told)

    def _known_after(self, node: Node, present: Present, *, is_true: bool) -> Present:
        """Return what is there if ``node`` turned out true, or false."""
        match node:
            case Compare(first, ((Comparison.UNEQUAL, Literal(None)),)) if is_true:
                return frozenset((self._reach(first, present).asks_for,))
            case Compare(first, ((Comparison.EQUAL, Literal(None)),)) if not is_true:
                return frozenset((self._reach(first, present).asks_for,))
            case Not(operand):
                return self._known_after(operand, present, is_true=not is_true)
            case Every(operands) if is_true:
                return self._known_after_all(operands, present, is_true=True)
            case Either(operands) if not is_true:
                return self._known_after_all(operands, present, is_true=False)
            case _:
                return frozenset()

    def _known_after_all(self, nodes: tuple[Node, ...], present: Present, *, is_true: bool) -> Present:
        for node in nodes:
            present |= self._known_after(node, present, is_true=is_true)
        return present

    def _compared(self, first: Node, links: tuple[tuple[Comparison, Node], ...], present: Present) -> str:
        told, left = list[str](), first
        for comparison, right in links:
            told.append(self._link(comparison, left, right, present))
            left = right
        return told[0] if len(told) == 1 else " && ".join(f"({each})" for each in told)

    def _link(self, comparison: Comparison, left: Node, right: Node, present: Present) -> str:
        if comparison in (Comparison.IN, Comparison.NOT_IN):
            text = self._holds(left, right, present)
            return text if comparison is Comparison.IN else f"!({text})"
        for one, other in ((left, right), (right, left)):
            if isinstance(other, Literal) and other.value is None:
                return self._is_missing(comparison, one, present)
        terms = alike(self._term(left, present), self._term(right, present))
        if comparison is Comparison.EQUAL or comparison is Comparison.UNEQUAL:
            return f"{terms[0].text} {comparison} {terms[1].text}"
        operator, method = _ORDERS[comparison]
        match terms[0].shape:
            case Kind.LONG:
                return f"{terms[0].text} {operator} {terms[1].text}"
            case Kind.DECIMAL:
                return f"{terms[0].text}.{method}({terms[1].text})"
            case _:
                raise refused(f"Cedar orders numbers only, found {named(terms[0])} before {comparison}")

    def _is_missing(self, comparison: Comparison, node: Node, present: Present) -> str:
        asks = self._reach(node, present).asks_for
        if not asks or comparison not in (Comparison.EQUAL, Comparison.UNEQUAL):
            raise refused(f"{_shown(node)} is never None: leave the comparison out")
        return asks if comparison is Comparison.UNEQUAL else f"!({asks})"

    def _holds(self, wanted: Node, container: Node, present: Present) -> str:
        if isinstance(container, ListOf):
            if not container.items:
                return "false"
            term = self._term(wanted, present)
            items = [alike(term, self._term(each, present)) for each in container.items]
            return f"[{', '.join(item.text for _, item in items)}].contains({items[0][0].text})"
        within = self._term(container, present)
        if within.shape is Kind.STRING:
            return self._like("contains", (container, wanted), present)
        if not isinstance(within.shape, SetOf):
            raise refused(f"expected a list or a text after 'in', found {named(within)}")
        item, _ = alike(self._term(wanted, present), Term("", within.shape.of))
        return f"{within.text}.contains({item.text})"

    def _like(self, function: str, arguments: tuple[Node, ...], present: Present) -> str:
        text, part = self._term(arguments[0], present), self._term(arguments[1], present)
        if text.shape is not Kind.STRING or not isinstance(part.value, str):
            raise refused(
                f"expected {function} of a text and a text that is written out, found {named(text)}, {named(part)}"
            )
        before, after = _LIKE[function]
        pattern = "\\*".join(quoted(piece)[1:-1] for piece in part.value.split("*"))
        return f'{text.text} like "{before}{pattern}{after}"'

    def _calculated(self, operator: Arithmetic, left: Node, right: Node, present: Present) -> Term:
        terms = self._term(left, present), self._term(right, present)
        if operator not in _ADDED or any(term.shape is not Kind.LONG for term in terms):
            raise refused(
                f"Cedar has +, - and * on whole numbers only, found {named(terms[0])} {operator} {named(terms[1])}"
            )
        return Term(f"({terms[0].text} {operator} {terms[1].text})", Kind.LONG)

    def _negative(self, operand: Node, present: Present) -> Term:
        term = self._term(operand, present)
        if term.shape is not Kind.LONG:
            raise refused(f"Cedar has - before whole numbers only, found {named(term)}")
        return Term(f"(-{term.text})", Kind.LONG)

    def _choice(self, test: Node, yes: Node, no: Node, present: Present) -> Term:
        known = (self._known_after(test, present, is_true=is_true) for is_true in (True, False))
        terms = [self._term(node, present | also) for node, also in zip((yes, no), known, strict=True)]
        one, other = alike(terms[0], terms[1])
        return Term(f"(if {self.condition(test, present)} then {one.text} else {other.text})", one.shape)


def _shown(node: Node) -> str:
    return node.name if isinstance(node, Name) else getattr(node, "shown", "it")
