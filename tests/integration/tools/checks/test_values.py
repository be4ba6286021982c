"""Checks of one value: what each takes, what it refuses, and what it says then."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.tools.checks.objection import ALLOWED_SHOWN_MAX, Objection
from holdfast.integration.tools.checks.urls import UrlAmong
from holdfast.integration.tools.checks.values import InUnit, PathUnder, ReadOnlySql
from holdfast.kernel.errors import DefinitionError


@pytest.mark.parametrize("value", ["2.5 kg", " 2.5kg ", "-1 g", "+07 g"])
def test_a_number_with_one_of_the_units_is_taken(value: str) -> None:
    assert InUnit("kg", "g").objection(value) is None


@pytest.mark.parametrize("value", ["2.5", "kg", "2,5 kg", "2.5 KG", "2.5 lb", "1e3 kg", "", 2.5, "٣ kg", "2 kg each"])
def test_anything_else_is_refused_with_the_units_and_an_example(value: object) -> None:
    found = InUnit("kg", "g").objection(value)
    assert found == Objection("a number with its unit", value, ("kg", "g"), '"1 kg"')


def test_bounds_are_of_the_only_unit() -> None:
    check = InUnit("kg", least=2, most=30)
    assert check.objection("2 kg") is check.objection("30 kg") is None
    assert str(check.objection("31 kg")) == "expected from 2 to 30 kg, found '31 kg'"
    assert str(check.objection("31")).endswith('for example "2 kg"')
    with pytest.raises(DefinitionError, match="one where there are bounds"):
        InUnit("kg", "g", least=2)
    with pytest.raises(DefinitionError, match="found none"):
        InUnit()


def test_the_judge_of_sql_says_why_not() -> None:
    check = ReadOnlySql(lambda sql: None if sql.startswith("select") else "it writes")
    assert check.objection("select 1") is None
    assert str(check.objection("drop table t")) == (
        "expected a statement that only reads: it writes, found 'drop table t'"
    )
    assert check.objection(7) is not None


def test_a_path_lies_under_its_root(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    check = PathUnder(root)
    for inside in (".", "sub/new.txt", "sub/../x", str(root), str(root / "sub"), Path("sub")):
        assert check.objection(inside) is None, inside
    for outside in ("", "..", "../rooted", "sub/../../x", "/etc/passwd", str(tmp_path), "a\0b", str(root) + "ed", 7):
        assert check.objection(outside) is not None, outside


def test_a_link_that_leads_out_lies_outside(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "out").symlink_to(tmp_path)
    (root / "in").symlink_to(root)
    assert PathUnder(root).objection("in/x") is None
    assert PathUnder(root).objection("out/x") is not None


SITES = UrlAmong("https://api.example.com/v1/", "http://localhost:8080")


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com/v1/orders?id=7#top",
        "https://api.example.com/v1",
        "https://API.Example.com:443/v1/orders",
        "https://api.example.com./v1/orders",
        "http://localhost:8080/anything",
    ],
)
def test_a_url_of_an_allowed_site_is_taken(url: str) -> None:
    assert SITES.objection(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/v1/orders",
        "https://api.example.com/v10/orders",
        "https://api.example.com/",
        "https://api.example.com:8443/v1/orders",
        "https://api.example.com.evil.test/v1/orders",
        "https://evil.test/https://api.example.com/v1/",
        "https://api.example.com@evil.test/v1/",
        "https://user:secret@api.example.com/v1/orders",
        "https://api.example.com/v1/../admin",
        "https://api.example.com/v1/%2e%2e/admin",
        "https://api.example.com/v1/%2E./admin",
        "https://api.example.com/v1/..%2fadmin",
        "https://api.example.com/v1/..;/admin",
        "https://api.example.com/v1/%252e%252e/admin",
        "https://api.example.com\\@evil.test/v1/",
        "https://api.example.com/v1/\torders",
        " https://api.example.com/v1/orders",
        "https:///v1/orders",
        "https://api.example.com:99999/v1/",
        "https://[api.example.com/v1/",
        "//api.example.com/v1/",
        "file:///etc/passwd",
        "",
        7,
    ],
)
def test_any_other_url_is_refused_and_told_what_is_allowed(url: object) -> None:
    found = SITES.objection(url)
    assert found is not None
    assert found.allowed == ("https://api.example.com/v1/", "http://localhost:8080")


@given(st.text())
def test_no_text_breaks_the_reading_of_urls(url: str) -> None:
    assert SITES.objection(url) is not None or url.lower().startswith(("https://api.example.com", "http://localhost"))


def test_what_may_be_called_must_be_urls() -> None:
    with pytest.raises(DefinitionError, match="names no host"):
        UrlAmong("https:///x")
    with pytest.raises(DefinitionError, match="at least one"):
        UrlAmong()


def test_an_objection_is_one_bounded_line() -> None:
    many = tuple(str(number) for number in range(99))
    told = str(Objection("a number", "x\n" * 99, many, "7", "count"))
    assert told.startswith("count: expected a number, found 'x")
    assert f"and {99 - ALLOWED_SHOWN_MAX} more), for example 7" in told
    assert "\n" not in told
