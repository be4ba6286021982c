"""Expressions as conditions of Cedar: they hold for the same values, or are refused with the reason."""

import cedarpy
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.governance.policy.compile import compiled
from holdfast.governance.policy.shapes import Field, Kind, RecordOf, SetOf, represent
from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.expression import parse

ARGUMENTS = RecordOf(
    {
        "amount": Field(Kind.DECIMAL),
        "price": Field(Kind.DECIMAL),
        "count": Field(Kind.LONG),
        "stock": Field(Kind.LONG),
        "name": Field(Kind.STRING),
        "is_new": Field(Kind.BOOL),
        "tags": Field(SetOf(Kind.STRING)),
        "note": Field(Kind.STRING, is_optional=True),
        "limit": Field(Kind.DECIMAL, is_optional=True),
        "to": Field(RecordOf({"city": Field(Kind.STRING), "if": Field(Kind.LONG)})),
    },
    unsaid=frozenset({"extra"}),
)
CONTEXT = RecordOf({"args": Field(ARGUMENTS), "turns": Field(Kind.LONG), "user": Field(Kind.STRING, is_optional=True)})
VALUES: dict[str, object] = {
    "amount": 1000.5,
    "price": 9.99,
    "count": 3,
    "stock": 3,
    "name": 'a*b"c',
    "is_new": False,
    "tags": ["x", "y"],
    "note": None,
    "limit": 5.0,
    "to": {"city": "Bonn", "if": 1},
}


def holds_in_cedar(text: str, scope: dict[str, object]) -> bool:
    policy = f"permit (principal, action, resource) when {{ {compiled(parse(text), CONTEXT)} }};"
    context = msgspec.json.encode(represent(scope, CONTEXT)).decode()
    asked = {"principal": 'A::"a"', "action": 'Action::"a"', "resource": 'A::"a"', "context": context}
    answer = cedarpy.is_authorized(asked, policy, [])
    assert answer.diagnostics.errors == []
    return answer.allowed


def scope(**changed: object) -> dict[str, object]:
    return {"args": VALUES | changed, "turns": 2, "user": None}


@pytest.mark.parametrize(
    "text",
    [
        "args.amount > 1000",
        "args.amount >= 1000.5",
        "args.amount < args.price",
        "0 < args.count <= 3",
        "args.count == args.stock and turns < 5",
        "args.count * 2 - 1 > 4",
        "-args.count < -2",
        "args.count > 2.0",
        "args.name == 'a*b\"c'",
        "startswith(args.name, 'a*')",
        "endswith(args.name, 'c')",
        "'*b' in args.name",
        "'+b' in args.name",
        "contains(args.tags, 'x')",
        "'z' not in args.tags",
        "args.to.city in ['Bonn', 'Rome']",
        "args.to['if'] == 1",
        "not args.is_new",
        "args.is_new or not (args.count > 3)",
        "args.note == None",
        "args.note != None and args.note == 'x'",
        "args.note == None or args.note == 'x'",
        "not (args.limit == None) and args.limit > 4.9999",
        "(args.limit if args.limit != None else args.amount) == 5",
        "user == None",
        "args.count in []",
        "args.amount != 1000.5",
    ],
)
def test_a_condition_holds_in_cedar_where_the_expression_does(text: str) -> None:
    for given_scope in (scope(), scope(note="x", limit=None, count=4, is_new=True, amount=1.0)):
        assert holds_in_cedar(text, given_scope) is parse(text).evaluate(given_scope)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("args.amuont > 3", "there is no args.amuont: did you mean amount?"),
        ("arg.amount > 3", "there is no arg: did you mean args?"),
        ("args.extra == 'x'", "Cedar has no type for it"),
        ("args.note == 'x'", "args.note may be missing: say what is to happen then"),
        ("args.amount", "expected a condition, found a number"),
        ("args.amount > 0.00001", "4 digits after the point"),
        ("args.count > 2.5", "expected two values of one type, found 2.5 and a whole number"),
        ("args.count == 'x'", "expected two values of one type"),
        ("args.is_new == 1", "expected two values of one type"),
        ("args.count < args.amount", "expected two values of one type"),
        ("args.name < 'x'", "Cedar orders numbers only"),
        ("args.amount * 2 > 5", "on whole numbers only"),
        ("args.count / 2 > 1", "on whole numbers only"),
        ("len(args.tags) > 1", r"Cedar has no len\(\)"),
        ("args.tags[0] == 'x'", "Cedar's lists have no order"),
        ("args.name.first == 'x'", "expected something with fields, found a text"),
        ("args.name in args.name", "a text that is written out"),
        ("any(t == 'x' for t in args.tags)", r"Cedar has no any\(\)"),
        ("args.amount == None", "args.amount is never None"),
        ("args.count > 99999999999999999999", "larger than Cedar's whole numbers"),
        ("[args.count] == [1]", "Cedar has no lists"),
        ("defined(args.note)", "write 'args.note != None'"),
        ("args.note != None or args.note == 'x'", "args.note may be missing"),
    ],
)
def test_what_cedar_cannot_say_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError, match=reason):
        compiled(parse(text), CONTEXT)


# --- properties ---

DECIMALS = st.decimals(-2000, 2000, places=4).map(float) | st.integers(-1000, 1000).map(float)
TEXTS = st.text(max_size=4) | st.sampled_from(["", "*", "a*b", '"', "\\", "\n"])
SCOPES = st.fixed_dictionaries(
    {
        "args": st.fixed_dictionaries(
            {
                "amount": DECIMALS,
                "price": DECIMALS,
                "count": st.integers(-5, 5),
                "stock": st.integers(-5, 5),
                "name": TEXTS,
                "is_new": st.booleans(),
                "tags": st.lists(TEXTS, max_size=3),
                "note": st.none() | TEXTS,
                "limit": st.none() | DECIMALS,
                "to": st.fixed_dictionaries({"city": TEXTS, "if": st.integers(-5, 5)}),
            }
        ),
        "turns": st.integers(0, 5),
        "user": st.none() | TEXTS,
    }
)
ORDERS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
NUMBERS = st.sampled_from(["args.amount", "args.price"]) | DECIMALS.map(str) | st.integers(-9, 9).map(str)
WHOLES = st.sampled_from(["args.count", "args.stock", "turns", "args.to['if']"]) | st.integers(-9, 9).map(str)
QUOTED = TEXTS.map(repr)
LISTS = st.lists(QUOTED, max_size=3).map(", ".join).map("[{}]".format)
ATOMS = st.one_of(
    st.builds("{} {} {}".format, NUMBERS, ORDERS, NUMBERS),
    st.builds("{} {} {}".format, WHOLES, ORDERS, WHOLES),
    st.builds("{} {} {} {} {}".format, WHOLES, ORDERS, WHOLES, ORDERS, WHOLES),
    st.builds("({} {} {}) > {}".format, WHOLES, st.sampled_from(["+", "-", "*"]), WHOLES, WHOLES),
    st.builds("args.name {} {}".format, st.sampled_from(["in", "not in"]), LISTS),
    st.builds("args.name {} {}".format, st.sampled_from(["==", "!="]), QUOTED),
    st.builds("{} in {}".format, QUOTED, st.sampled_from(["args.name", "args.tags"])),
    st.builds("{}(args.name, {})".format, st.sampled_from(["startswith", "endswith", "contains"]), QUOTED),
    st.builds("(args.note != None and args.note == {})".format, QUOTED),
    st.builds("(args.limit == None or args.limit < {})".format, NUMBERS),
    st.sampled_from(["args.is_new", "user == None", "args.note == None"]),
)  # fmt: skip
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
    ),
    max_leaves=6,
)


@settings(max_examples=300)
@given(CONDITIONS, SCOPES)
def test_whatever_is_compiled_holds_for_exactly_the_same_values(text: str, values: dict[str, object]) -> None:
    assert holds_in_cedar(text, values) is parse(text).evaluate(values)
