"""The closed tree that an expression is compiled to: every form the language has, and no other.

``shown`` is how a node was written, for messages.
"""

import enum

import msgspec


class Arithmetic(enum.StrEnum):
    """The arithmetic operators."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"
    FLOOR_DIVIDE = "//"
    REMAINDER = "%"


class Comparison(enum.StrEnum):
    """The comparison operators."""

    EQUAL = "=="
    UNEQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    IN = "in"
    NOT_IN = "not in"


class Literal(msgspec.Struct, frozen=True):
    """A value written out."""

    value: bool | int | float | str | None


class Name(msgspec.Struct, frozen=True):
    """A name of the scope, or of a comprehension around it."""

    name: str


class Field(msgspec.Struct, frozen=True):
    """``of.name``: the value under that key of a dict."""

    of: "Node"
    name: str
    shown: str


class Index(msgspec.Struct, frozen=True):
    """``of[key]``: an item of a list or string by number, of a dict by string."""

    of: "Node"
    key: "Node"
    shown: str


class Compare(msgspec.Struct, frozen=True):
    """A chain of comparisons: each operand is evaluated once, and none after the first link that fails."""

    first: "Node"
    links: tuple[tuple[Comparison, "Node"], ...]


class Every(msgspec.Struct, frozen=True):
    """``a and b``: the first operand that counts as false, else the last."""

    operands: tuple["Node", ...]


class Either(msgspec.Struct, frozen=True):
    """``a or b``: the first operand that counts as true, else the last."""

    operands: tuple["Node", ...]


class Not(msgspec.Struct, frozen=True):
    """``not a``."""

    operand: "Node"


class Negative(msgspec.Struct, frozen=True):
    """``-a``."""

    operand: "Node"


class Calculate(msgspec.Struct, frozen=True):
    """``left operator right``."""

    operator: Arithmetic
    left: "Node"
    right: "Node"


class Choice(msgspec.Struct, frozen=True):
    """``yes if test else no``."""

    test: "Node"
    yes: "Node"
    no: "Node"


class ListOf(msgspec.Struct, frozen=True):
    """``[a, b]``."""

    items: tuple["Node", ...]


class DictOf(msgspec.Struct, frozen=True):
    """``{"a": b}``."""

    entries: tuple[tuple["Node", "Node"], ...]


class Each(msgspec.Struct, frozen=True):
    """``[result for name in over if condition]``."""

    result: "Node"
    name: str
    over: "Node"
    condition: "Node | None"


class Call(msgspec.Struct, frozen=True):
    """A function of the closed table on its arguments."""

    function: str
    arguments: tuple["Node", ...]


class Defined(msgspec.Struct, frozen=True):
    """``defined(a.b)``: whether every name, field and index on the way is there."""

    path: "Name | Field | Index"


Operation = Compare | Every | Either | Not | Negative | Calculate
Node = Literal | Name | Field | Index | Operation | Choice | ListOf | DictOf | Each | Call | Defined
