"""The pin file: what was approved stays what was approved, and no server can pass for another."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.mcp.comparing import Standing, compare
from holdfast.integration.mcp.declare import mcp_server
from holdfast.integration.mcp.definition import Definition, shown_description, unusable
from holdfast.integration.mcp.pinning import AS_BEFORE, Declared, approved, with_server
from holdfast.integration.mcp.pins import PinFile, Reach, ServerPins, check_server, read_pins, write_pins
from holdfast.integration.tools.foreign import DESCRIPTION_CHARACTERS_MAX
from holdfast.integration.tools.qualified import QUALIFIED_CHARACTERS_MAX, qualified
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError, InputError
from holdfast.kernel.paths import check_name
from tests.integration.mcp import wares


def pins() -> ServerPins:
    return wares.shop_server().pins("shop")


def written(path: Path, server: ServerPins) -> Path:
    file = path / "mcp.lock"
    write_pins(file, with_server(PinFile(), "shop", server))
    return file


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    declared = wares.declared(pins(), pay={"effect": Effect.KEYED, "key": "request_id", "fixed": {"tenant": "acme"}})
    assert read_pins(written(tmp_path, declared)).servers == {"shop": declared}


def test_an_app_declares_a_server_by_its_name_in_the_file(tmp_path: Path) -> None:
    shop = mcp_server("shop", pins=written(tmp_path, pins()))
    assert [tool.name for tool in shop.tools()] == ["shop__count", "shop__look", "shop__pay"]
    assert [tool.effect for tool in shop.tools()] == [Effect.UNSAFE] * 3
    with pytest.raises(DefinitionError, match=r"found no 'bank' \(there is shop\)"):
        mcp_server("bank", pins=tmp_path / "mcp.lock")


def test_a_definition_that_was_altered_after_it_was_approved_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, pins())
    file.write_text(file.read_text().replace("Pay an order.", "Pay an order twice."))
    with pytest.raises(DefinitionError, match="the definition of 'pay' is not the one that was approved"):
        read_pins(file)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "cannot be read"),
        ('{"format": 2, "servers": {}}', "expected format 1"),
        ('{"servers": {"shop": {"reach": {"command": ["a"], "surprise": 1}}}}', "surprise"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "mcp.lock"
    file.write_text(text)
    with pytest.raises(DefinitionError, match=told):
        read_pins(file)


@pytest.mark.parametrize(
    ("reach", "told"),
    [
        (Reach(), "expected a command or a url, found neither"),
        (Reach(command=("a",), url="https://a/mcp"), "found both"),
        (Reach(url="http://far.example/mcp"), "expected https"),
        (Reach(url="https://me:secret@far.example/mcp"), "holds credentials"),
        (Reach(url="file:///etc"), "expected a url such as"),
    ],
)
def test_a_server_is_reached_in_one_safe_way(reach: Reach, told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        check_server("shop", ServerPins(reach=reach))


@pytest.mark.parametrize("name", ["Shop", "a__b", "shop_", "a" * 25, ""])
def test_a_server_cannot_be_called_what_would_pass_for_another(name: str) -> None:
    with pytest.raises(DefinitionError):
        check_server(name, pins())


def test_a_tool_cannot_be_pinned_under_the_name_of_another_server() -> None:
    (count, *_) = pins().tools
    shadow = msgspec.structs.replace(count, offered_as="bank__pay")
    with pytest.raises(DefinitionError, match="to be offered as shop__"):
        check_server("shop", ServerPins(reach=Reach(command=("a",)), tools=(shadow,)))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"fixed": {"colour": "red"}}, "has no argument 'colour'"),
        ({"key": "colour"}, "has no argument 'colour'"),
        ({"undo": "refund"}, "is undone by 'refund'"),
    ],
)
def test_a_declaration_that_contradicts_the_definition_is_refused(said: dict[str, object], told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        check_server("shop", wares.declared(pins(), pay=said))


def test_a_tool_is_undone_by_another_of_its_server() -> None:
    pay = wares.source(wares.shop_server(), pay={"undo": "count"}).tools("pay")[0]
    assert pay.reversibility == "shop__count"


@given(st.text(min_size=1, max_size=128), st.text(min_size=1, max_size=128))
def test_every_name_a_server_can_give_becomes_one_that_every_provider_takes(one: str, other: str) -> None:
    first = qualified("shop", one)
    second = qualified("shop", other, {first})
    for name in (first, second):
        assert check_name(name, "tool") == name
        assert name.startswith("shop__")
        assert len(name) <= QUALIFIED_CHARACTERS_MAX
    assert one == other or first != second


def test_a_name_in_humps_is_written_as_ours_are() -> None:
    assert qualified("crm", "getUserDetails") == "crm__get_user_details"
    assert qualified("crm", "get-user.details", {"crm__get_user_details"}).startswith("crm__get_user_details_")


@pytest.mark.parametrize("field", ["title", "description", "input_schema", "output_schema", "annotations"])
def test_whatever_a_server_says_of_a_tool_is_in_its_hash(field: str) -> None:
    other: dict[str, object] = {
        "title": "t",
        "description": "d",
        "input_schema": {"type": "object"},
        "output_schema": {"type": "object"},
        "annotations": {"readOnlyHint": True},
    }
    changed = msgspec.structs.replace(wares.PAY, **{field: other[field]})
    assert changed.content_hash != wares.PAY.content_hash
    (found,) = (each for each in compare(pins(), [wares.LOOK, changed, wares.COUNT]) if each.name == "pay")
    assert (found.standing, found.reason) == (Standing.CHANGED, f"changed: {field}")


def test_a_model_is_shown_no_hidden_character_and_no_endless_description() -> None:
    sly = Definition(name="look", description="Look.\u202e\U000e0041" + "x" * 9_999, input_schema={"type": "object"})
    assert sly.hides
    told = shown_description(sly)
    assert told.startswith("Look.\\u202e\\udb40\\udc41xxx")
    assert len(told) == DESCRIPTION_CHARACTERS_MAX


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "array"}, "no JSON object"),
        ({"type": "object", "properties": {"a\u200bb": {}}}, "nobody can see"),
        ({"type": "object", "properties": {"a": {"enum": ["x\u202ey"]}}}, "nobody can see"),
        ({"type": "object", "properties": {"a": {"type": "made up"}}}, "expected a JSON Schema"),
        ({"type": "object", "$ref": "https://evil.example/schema"}, "cannot be used"),
        ({"type": "object", "description": "x" * 70_000}, "at most 64000 are taken"),
    ],
)
def test_a_definition_that_cannot_be_shown_or_checked_is_not_offered(schema: dict[str, object], told: str) -> None:
    assert told in unusable(Definition(name="odd", input_schema=schema))


def test_approving_keeps_what_was_declared_and_drops_what_is_gone() -> None:
    known = wares.declared(pins(), pay={"effect": Effect.KEYED, "key": "request_id"})
    changed = msgspec.structs.replace(wares.PAY, description="Pay now.")
    found = approved("shop", known, [changed, wares.LOOK], None, AS_BEFORE).by_name()
    assert found.keys() == {"look", "pay"}
    assert (found["pay"].definition, found["pay"].effect) == (changed, Effect.KEYED)


def test_approving_one_tool_leaves_the_others_as_they_were() -> None:
    changed = msgspec.structs.replace(wares.PAY, description="Pay now.")
    found = approved("shop", pins(), [changed, wares.LOOK], ["look"], Declared(effect=Effect.READ)).by_name()
    assert found["look"].effect is Effect.READ
    assert found["pay"].definition == wares.PAY
    assert "count" in found


def test_what_cannot_be_offered_cannot_be_approved() -> None:
    with pytest.raises(InputError, match="the server offers 2 tools of this name"):
        approved("shop", pins(), [wares.PAY, wares.PAY], ["pay"], AS_BEFORE)
    with pytest.raises(InputError, match="it offers count, look, pay"):
        approved("shop", pins(), [wares.PAY], ["refund"], AS_BEFORE)
