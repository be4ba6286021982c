"""A prompt is strict: whatever it names must be there; what is filled in is never read again as a prompt."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import holdfast.prompts.prompt
from holdfast.kernel.errors import DefinitionError, ExpressionError
from holdfast.prompts.prompt import Prompt, load, shipped

SHIPPED = Path(holdfast.prompts.prompt.__file__).parent


def test_placeholders_are_filled_in() -> None:
    prompt = Prompt("p", "Dear {{ name }}, {{count + 1}} of {{ orders[0].items }}.")
    values = {"name": "Ann", "count": 1, "orders": [{"items": ["x", None]}]}
    assert prompt.render(values) == 'Dear Ann, 2 of ["x",null].'


@pytest.mark.parametrize("text", ["{{ name }}", "{{ who.name }}", "{{ who['name'] }}", "{{ list[3] }}"])
def test_what_is_missing_is_an_error_and_never_an_empty_text(text: str) -> None:
    with pytest.raises(ExpressionError, match="prompt 'p': "):
        Prompt("p", text).render({"who": {}, "list": []})


@pytest.mark.parametrize("text", ["{{ }}", "{{ name + }}", "{{ __import__('os') }}", "{{ name", "a {{ b }} c {{ d"])
def test_a_prompt_that_is_not_well_made_is_found_before_it_is_used(text: str) -> None:
    with pytest.raises(ExpressionError, match="prompt 'p': "):
        Prompt("p", text).check()


@pytest.mark.parametrize("text", ["", "plain", "{ not one }", '{"a": {"b": 1}}', "}} {", "{{ a }} and {{ b.c[0] }}"])
def test_a_prompt_that_is_well_made_passes(text: str) -> None:
    Prompt("p", text).check()


def test_it_knows_the_names_it_needs() -> None:
    assert Prompt("p", "{{ a.b }} {{ [c for c in d] }} {{ len(e) }}").variables == {"a", "d", "e"}


@given(st.text())
def test_what_is_filled_in_stands_there_as_it_is(value: str) -> None:
    assert Prompt("p", "<{{ value }}>").render({"value": value}) == f"<{value}>"


@given(st.dictionaries(st.text(max_size=5), st.none() | st.integers(-(2**53), 2**53) | st.text(max_size=5), max_size=4))
def test_what_is_no_text_stands_there_as_json(value: dict[str, object]) -> None:
    assert msgspec.json.decode(Prompt("p", "{{ value }}").render({"value": value})) == value


@given(st.text(), st.text())
def test_only_the_same_text_has_the_same_hash(one: str, other: str) -> None:
    assert (Prompt("p", one).content_hash == Prompt("q", other).content_hash) == (one == other)


def test_a_file_is_loaded_without_what_surrounds_it(tmp_path: Path) -> None:
    path = tmp_path / "desk.md"
    path.write_text("\n\n  You serve {{ name }}.\n\n\n", encoding="utf-8")
    assert load(path) == Prompt("desk", "You serve {{ name }}.\n")
    assert load(path, "other").name == "other"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (None, "expected a prompt file at"),
        (b"", "found an empty file"),
        (b" \n ", "found an empty file"),
        (b"\xff\xfe", "expected a prompt file at"),
    ],
)
def test_what_cannot_be_loaded_says_what_to_do(tmp_path: Path, body: bytes | None, told: str) -> None:
    path = tmp_path / "desk.md"
    if body is not None:
        path.write_bytes(body)
    with pytest.raises(DefinitionError, match=told):
        load(path)


@pytest.mark.parametrize("path", sorted(SHIPPED.rglob("*.md")), ids=lambda path: path.stem)
def test_every_prompt_that_ships_is_well_made(path: Path) -> None:
    name = path.relative_to(SHIPPED).with_suffix("").as_posix()
    prompt = shipped(name)
    prompt.check()
    assert prompt.name == name


def test_a_prompt_that_does_not_ship_is_told() -> None:
    with pytest.raises(DefinitionError, match="expected a prompt file at"):
        shipped("no/such")
