"""The stages after the call, each alone: result schema, sanitise, size."""

import json
from datetime import date
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from holdfast.integration.tools.contract import Tool, tool
from holdfast.integration.tools.excerpt import piece_end
from holdfast.integration.tools.invocation import End, Failed, Invocation
from holdfast.integration.tools.stages.result_schema import ResultSchema
from holdfast.integration.tools.stages.sanitise import Sanitise
from holdfast.integration.tools.stages.size import KEPT_BYTES_MAX, Size
from holdfast.kernel.effects import Effect
from holdfast.kernel.outcomes import ErrorKind, Fault
from tests.integration.tools.samples import Order, saying
from tests.integration.tools.workshop import Workshop, workshop


class Colour(StrEnum):
    RED = "red"


class Money(BaseModel):
    amount: Decimal
    day: date


def returning(annotation: object, effect: Effect = Effect.READ) -> Tool:
    async def give() -> None:
        """Give."""

    give.__annotations__["return"] = annotation
    return tool(effect=effect)(give)


def with_value(shop: Workshop, given: Tool, value: object, *, is_node: bool = False) -> Invocation:
    invocation = shop.invocation(shop.order(given.name, is_node=is_node))
    invocation.tool, invocation.value = given, value
    return invocation


async def checked(annotation: object, value: object, effect: Effect = Effect.READ) -> tuple[Invocation, End | None]:
    given = returning(annotation, effect)
    async with workshop(given) as shop:
        invocation = with_value(shop, given, value)
        return invocation, await ResultSchema().run(invocation)


def failed(end: End | None) -> Fault:
    assert isinstance(end, Failed)
    return end.fault


@pytest.mark.parametrize(
    ("annotation", "value", "text"),
    [
        (str, "as it is\n", "as it is\n"),
        (None, None, "done"),
        (int | None, None, "null"),
        (str | Order, "text", "text"),
        (Colour, Colour.RED, "red"),
        (Order, Order(order_id="ü", amount=1), '{"order_id":"ü","amount":1}'),
        (Order, {"order_id": "a", "amount": "3"}, '{"order_id":"a","amount":3}'),
        (list[int], [1, 2], "[1,2]"),
        (Money, {"amount": "1.10", "day": date(2026, 1, 31)}, '{"amount":"1.10","day":"2026-01-31"}'),
        (object, {"anything": [True, None]}, '{"anything":[true,null]}'),
        (float, float("nan"), "null"),
    ],
)
async def test_text_is_shown_as_it_is_and_all_else_as_json(annotation: object, value: object, text: str) -> None:
    invocation, end = await checked(annotation, value)
    assert end is None
    assert invocation.text == text


@pytest.mark.parametrize(
    ("annotation", "value", "complaint"),
    [
        (str, None, "the result: Input should be a valid string, found None"),
        (None, "x", "the result: Input should be None, found 'x'"),
        (Order, {"order_id": "a"}, "amount: Field required"),
        (list[int], [1, "x"], "[1]: Input should be a valid integer"),
        (object, object(), "Unable to serialize unknown type"),
        (object, "\ud800".encode("utf-8", "surrogatepass"), "invalid utf-8"),
    ],
)
async def test_a_result_that_is_not_as_declared_is_the_tools_failure(
    annotation: object, value: object, complaint: str
) -> None:
    _, end = await checked(annotation, value)
    fault = failed(end)
    assert fault.kind is ErrorKind.BAD_RESULT
    assert complaint in fault.message
    assert fault.hint == "the tool is at fault, not the arguments: do without it"


async def test_an_undecodable_file_name_in_a_result_is_spelled_out() -> None:
    invocation, end = await checked(list[str], ["caf\udce9.py", "ü"])
    assert end is None
    assert json.loads(invocation.text) == ["caf\\udce9.py", "ü"]


async def test_an_effect_with_an_unusable_result_is_not_to_be_made_again() -> None:
    _, end = await checked(int, "x", Effect.UNSAFE)
    assert failed(end).hint.endswith("do not make it again")


async def test_a_result_that_contains_itself_is_the_tools_failure() -> None:
    loop: list[object] = []
    loop.append(loop)
    _, end = await checked(object, loop)
    assert failed(end).kind is ErrorKind.BAD_RESULT


async def test_a_node_gets_data_not_text() -> None:
    given = returning(str)
    async with workshop(given) as shop:
        invocation = with_value(shop, given, 'say "\u202e"', is_node=True)
        assert await ResultSchema().run(invocation) is None
        assert await Sanitise().run(invocation) is None
        assert await Size().run(invocation) is None
    assert invocation.json == '"say \\"\u202e\\""'.encode()
    assert invocation.result_bytes == len(invocation.json)


async def test_hidden_characters_are_made_visible() -> None:
    given = saying("")
    async with workshop(given) as shop:
        invocation = with_value(shop, given, None)
        invocation.text = "if access\u202e { //\u200b"
        assert await Sanitise().run(invocation) is None
    assert invocation.text == "if access\\u202e { //\\u200b"


async def sized(text: str, result_bytes_max: int = 2_048) -> tuple[Invocation, str | None]:
    given = saying("", result_bytes_max=result_bytes_max)
    async with workshop(given) as shop:
        invocation = with_value(shop, given, None)
        invocation.text = text
        assert await Size().run(invocation) is None
        kept = await shop.recorder.payloads.fetch(invocation.result) if invocation.result else None
    return invocation, None if kept is None else kept.decode()


async def test_a_result_within_its_size_is_shown_whole_and_kept_nowhere_else() -> None:
    invocation, kept = await sized("x" * 2_048)
    assert invocation.text == "x" * 2_048
    assert kept is None
    assert invocation.result_bytes == 2_048


async def test_a_large_result_is_kept_whole_and_shown_to_a_line_end_with_a_handle() -> None:
    text = "".join(f"line {number}\n" for number in range(1_000))
    invocation, kept = await sized(text)
    head, _, note = invocation.text.partition("\n[the result goes on: ")
    assert kept == text
    assert text.startswith(head)
    assert head.endswith("\n")
    assert f"{len(head)} of {len(text)} characters" in note
    assert f'read_result(handle="{invocation.result}", offset={len(head)})' in note
    assert f'search_result(handle="{invocation.result}"' in note
    assert invocation.result_bytes == len(text)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.integers(1, 400))
async def test_what_is_shown_is_bounded_and_what_is_kept_is_all(text: str, times: int) -> None:
    invocation, kept = await sized(text * times, 1_024)
    assert len(invocation.text.encode()) <= 1_024
    assert (invocation.text if kept is None else kept) == text * times


async def test_of_a_result_beyond_all_measure_the_head_is_kept_and_the_loss_told() -> None:
    text = "0123456789\n" * 500_000
    invocation, kept = await sized(text)
    assert kept == text[: piece_end(text, 0, KEPT_BYTES_MAX)]
    assert f"of its {len(text)} bytes the first {len(kept)} were kept, the rest is lost" in invocation.text
    assert len(invocation.text.encode()) <= 2_048


async def test_a_node_cannot_return_more_than_is_kept() -> None:
    given = returning(str)
    async with workshop(given) as shop:
        invocation = with_value(shop, given, "", is_node=True)
        invocation.json = b"x" * (KEPT_BYTES_MAX + 1)
        fault = failed(await Size().run(invocation))
    assert fault.message == f"give returned {KEPT_BYTES_MAX + 1} bytes, at most {KEPT_BYTES_MAX} are kept"
