"""What a typed function must say to become a tool, and what becomes of it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from holdfast.integration.tools.contract import IdempotencyKey, Provided, Tool, tool
from holdfast.integration.tools.probe import Unknown
from holdfast.integration.tools.stock.results import read_result
from holdfast.kernel.effects import IRREVERSIBLE, Effect
from holdfast.kernel.errors import DefinitionError
from tests.integration.tools.samples import Ledger, count_orders, get_order, refund


def test_a_tool_is_told_by_its_function() -> None:
    assert get_order.name == "get_order"
    assert get_order.description == "Look up an order."
    assert get_order.parameters == {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "order_id": {"type": "string", "description": "The number on the invoice, without its dash."},
            "detail": {
                "type": "string",
                "enum": ["short", "full"],
                "default": "short",
                "description": "How much to tell.",
            },
        },
        "required": ["order_id"],
    }
    assert list(read_result.parameters["properties"]) == ["handle", "offset"]  # type: ignore[call-overload]  # JSON
    assert get_order.shape.result["properties"] == {"order_id": {"type": "string"}, "amount": {"type": "integer"}}


async def test_a_tool_stays_a_plain_function_to_test() -> None:
    ledger = Ledger()
    await get_order.function("4711", ledger=ledger)
    assert ledger.sent == [("4711", "short")]


def test_injected_parameters_are_not_in_the_schema() -> None:
    assert set(get_order.parameters["properties"]) == {"order_id", "detail"}  # type: ignore[call-overload]  # JSON
    assert set(refund.parameters["properties"]) == {"order_id", "amount"}  # type: ignore[call-overload]  # JSON
    assert get_order.requires == {Ledger}
    assert refund.signature.key == "key"


def test_a_tool_declared_without_words_is_unsafe_and_irreversible() -> None:
    @tool
    async def act() -> None:
        """Act."""

    assert (act.effect, act.reversibility) == (Effect.UNSAFE, IRREVERSIBLE)


def test_a_write_is_undone_by_the_tool_it_names_and_a_read_by_none() -> None:
    @tool(undo=refund)
    async def charge(order_id: str) -> str:
        """Charge."""
        return order_id

    assert charge.reversibility == "refund"
    assert get_order.reversibility is None


def test_a_sync_function_is_known_as_one() -> None:
    assert (get_order.is_async, count_orders.is_async) == (True, False)


def test_a_parameter_may_have_any_name_a_function_allows() -> None:
    @tool
    async def odd(schema: str, json: int, copy: bool, model_config: str = "x") -> None:
        """Odd."""

    assert odd.shape.read_arguments(b'{"copy":true,"json":1,"schema":"s"}') == {
        "schema": "s", "json": 1, "copy": True, "model_config": "x",
    }  # fmt: skip


def test_a_mutable_default_is_a_new_one_for_each_call() -> None:
    @tool
    async def gather(names: list[str] = []) -> None:  # noqa: B006 - what the test is about
        """Gather."""

    first, second = gather.shape.read_arguments(b"{}"), gather.shape.read_arguments(b"{}")
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert first["names"] == []
    assert first["names"] is not second["names"]
    assert gather.parameters["properties"] == {"names": {"type": "array", "items": {"type": "string"}, "default": []}}


class Leaf(BaseModel):
    title: str


@dataclass
class Pair:
    left: Leaf
    right: Leaf


class Tree(BaseModel):
    kids: list["Tree"] = []


def test_a_model_is_written_out_in_the_schema() -> None:
    @tool
    async def compare(pair: Pair) -> None:
        """Compare."""

    leaf = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
    assert "$defs" not in compare.parameters
    assert compare.parameters["properties"] == {
        "pair": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"left": leaf, "right": leaf},
            "required": ["left", "right"],
        }
    }


def test_only_a_type_that_contains_itself_is_referred_to() -> None:
    @tool
    async def climb(tree: Tree, leaf: Leaf) -> None:
        """Climb."""

    assert set(climb.parameters["$defs"]) == {"Tree"}  # type: ignore[call-overload]  # JSON


def test_an_annotation_speaks_louder_than_the_docstring() -> None:
    @tool
    async def act(how: Annotated[str, Field(description="By name.")], when: str) -> None:
        """Act.

        Args:
            how: Not this.
            when (str): At once: or later.

        Returns:
            nothing: at all
        """

    assert act.description == "Act."
    assert act.parameters["properties"] == {
        "how": {"type": "string", "description": "By name."},
        "when": {"type": "string", "description": "At once: or later."},
    }


def without_docstring() -> Tool:
    @tool
    async def act() -> None: ...

    return act


def with_bad_name() -> Tool:
    @tool
    async def Act() -> None:  # noqa: N802 - what the test is about
        """Act."""

    return Act


def without_annotation() -> Tool:
    @tool
    async def act(what) -> None:  # type: ignore[no-untyped-def]  # what the test is about
        """Act."""

    return act


def without_return_type() -> Tool:
    @tool
    async def act():  # type: ignore[no-untyped-def]  # what the test is about
        """Act."""

    return act


def with_unknown_type() -> Tool:
    @tool
    async def act(what: "Nowhere") -> None:  # type: ignore[name-defined]  # noqa: F821 - what the test is about
        """Act."""

    return act


def with_any_number_of_arguments() -> Tool:
    @tool
    async def act(*what: str) -> None:
        """Act."""

    return act


def keyed_without_key() -> Tool:
    @tool(effect=Effect.KEYED)
    async def act() -> None:
        """Act."""

    return act


def read_with_key() -> Tool:
    @tool(effect=Effect.READ)
    async def act(*, key: IdempotencyKey) -> None:
        """Act."""

    return act


def unsafe_with_key() -> Tool:
    @tool
    async def act(*, key: IdempotencyKey) -> None:
        """Act."""

    return act


def key_by_position() -> Tool:
    @tool(effect=Effect.KEYED)
    async def act(key: IdempotencyKey) -> None:
        """Act."""

    return act


def two_keys() -> Tool:
    @tool(effect=Effect.KEYED)
    async def act(*, key: IdempotencyKey, other: IdempotencyKey) -> None:
        """Act."""

    return act


def hidden_key() -> Tool:
    @tool(effect=Effect.KEYED)
    async def act(*, key: IdempotencyKey | None = None) -> None:
        """Act."""

    return act


def hidden_resource() -> Tool:
    @tool
    async def act(*, ledger: Provided[Ledger] | None = None) -> None:
        """Act."""

    return act


def resource_without_class() -> Tool:
    @tool
    async def act(*, ledger: Provided[dict[str, int]]) -> None:
        """Act."""

    return act


def undo_of_a_read() -> Tool:
    @tool(effect=Effect.READ, undo=refund)
    async def act() -> None:
        """Act."""

    return act


def endless() -> Tool:
    @tool(timeout_seconds=math.inf)
    async def act() -> None:
        """Act."""

    return act


def never_shown() -> Tool:
    @tool(result_bytes_max=10)
    async def act() -> None:
        """Act."""

    return act


def never_sent() -> Tool:
    @tool(attempts_max=0)
    async def act() -> None:
        """Act."""

    return act


@pytest.mark.parametrize(
    ("declare", "complaint"),
    [
        (without_docstring, "no docstring"),
        (with_bad_name, "'Act' cannot stand in a step path"),
        (without_annotation, "'what' is not annotated"),
        (without_return_type, "return type is not annotated"),
        (with_unknown_type, "Nowhere"),
        (with_any_number_of_arguments, "variadic positional"),
        (keyed_without_key, r"add '\*, key: IdempotencyKey'"),
        (read_with_key, "takes an IdempotencyKey and is declared read"),
        (unsafe_with_key, "takes an IdempotencyKey and is declared unsafe"),
        (key_by_position, r"move it behind a '\*'"),
        (two_keys, "found key, other: keep one"),
        (hidden_key, "hides an injected type"),
        (hidden_resource, "hides an injected type"),
        (resource_without_class, "name a class"),
        (undo_of_a_read, "nothing to undo"),
        (endless, "timeout_seconds"),
        (never_shown, "result_bytes_max"),
        (never_sent, "attempts_max"),
    ],
)
def test_a_wrong_declaration_is_refused_where_it_is_made(declare: Callable[[], Tool], complaint: str) -> None:
    with pytest.raises(DefinitionError, match=complaint):
        declare()


def test_a_type_without_json_schema_is_refused_with_what_to_use_instead() -> None:
    @tool
    async def act(what: Callable[[], int], raw: Ledger) -> object:
        """Act."""

    with pytest.raises(DefinitionError, match="use plain types, dataclasses"):
        _ = act.shape


def test_the_content_hash_changes_with_each_part_of_the_definition() -> None:
    def declare(**changes: Any) -> Tool:
        async def act(what: str) -> str:
            """Act."""
            return what

        return tool(**changes)(act)

    plain = declare().content_hash
    assert declare().content_hash == plain
    changes: list[dict[str, Any]] = [
        {"name": "other"},
        {"effect": Effect.READ},
        {"undo": refund},
        {"timeout_seconds": 4},
        {"result_bytes_max": 4_096},
        {"attempts_max": 1},
    ]
    hashes = {declare(**change).content_hash for change in changes}
    assert len(hashes | {plain}) == len(changes) + 1


def test_the_content_hash_changes_with_the_source() -> None:
    @tool(name="act")
    async def one() -> int:
        """Act."""
        return 1

    @tool(name="act")
    async def two() -> int:
        """Act."""
        return 2

    assert one.content_hash != two.content_hash


def test_a_function_without_source_is_hashed_by_what_it_does() -> None:
    def made(source: str) -> Tool:
        namespace: dict[str, Any] = {}
        exec(source, namespace)
        return tool(namespace["act"])

    one = made('def act() -> int:\n    "Act."\n    return 1')
    assert made('def act() -> int:\n    "Act."\n    return 1').content_hash == one.content_hash
    assert made('def act() -> int:\n    "Act."\n    return 2').content_hash != one.content_hash


@given(st.dictionaries(st.sampled_from(["order_id", "amount", "key", "ledger"]), st.text() | st.integers()))
def test_no_arguments_ever_fill_what_is_injected(arguments: dict[str, object]) -> None:
    values = refund.shape.read_arguments(msgspec.json.encode(arguments))
    if isinstance(values, dict):
        assert set(values) == {"order_id", "amount"}
    if {"key", "ledger"} & arguments.keys():
        assert not isinstance(values, dict)


async def seen(key: IdempotencyKey, order_id: str) -> Unknown:
    """Look."""
    return Unknown()


def test_a_transactional_tool_has_a_probe() -> None:
    with pytest.raises(DefinitionError, match="is declared transactional and has no probe: add 'probe='"):

        @tool(effect=Effect.TRANSACTIONAL)
        async def pay(order_id: str) -> None:
            """Pay."""


def test_a_probe_takes_what_the_tool_takes_and_the_key() -> None:
    @tool(effect=Effect.TRANSACTIONAL, probe=seen)
    async def pay(order_id: str, amount: int) -> None:
        """Pay."""

    assert pay.probe is not None
    assert pay.probe.values({"order_id": "7", "amount": 1}, "hf_1", {}) == {"order_id": "7", "key": "hf_1"}
    with pytest.raises(
        DefinitionError, match=r"its probe takes 'order_id', which is no argument of the tool \(there are: none"
    ):

        @tool(effect=Effect.TRANSACTIONAL, probe=seen)
        async def other() -> None:
            """Pay."""


@pytest.mark.parametrize("effect", [Effect.READ, Effect.UNSAFE])
def test_what_has_no_key_has_nothing_to_look_by(effect: Effect) -> None:
    with pytest.raises(DefinitionError, match="has no key to look by"):

        @tool(effect=effect, key_seconds=60)
        async def pay() -> None:
            """Pay."""


@pytest.mark.parametrize(
    ("limits", "told"), [({"key_seconds": 0.0}, "key_seconds"), ({"settle_seconds": -1}, "settle")]
)
def test_the_limits_of_a_doubt_must_make_sense(limits: dict[str, float], told: str) -> None:
    with pytest.raises(DefinitionError, match=f"expected {told}"):

        @tool(effect=Effect.KEYED, **limits)  # type: ignore[call-overload, untyped-decorator]  # limits by name
        async def pay(*, key: IdempotencyKey) -> None:
            """Pay."""


def test_what_is_declared_for_a_lost_outcome_is_part_of_the_definition() -> None:
    async def pay(order_id: str, *, key: IdempotencyKey) -> None:
        """Pay."""

    changes: list[dict[str, Any]] = [{}, {"probe": seen}, {"key_seconds": 60.0}, {"settle_seconds": 0.0}]
    assert len({tool(effect=Effect.KEYED, **change)(pay).content_hash for change in changes}) == len(changes)
