"""Arguments in a request: whatever they hold, it goes where the document says."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.openapi.operation import Operation, Parameter
from holdfast.integration.openapi.writing import write
from holdfast.integration.tools.failures import ToolFailure

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def parameter(place: str, style: str, *, explode: bool = False, is_json: bool = False) -> Parameter:
    return Parameter("p", place, True, {}, "", style, explode, is_json)


def operation(path: str = "/a/{p}/b") -> Operation:
    return Operation("act", "GET", path, "", (), None, False, (), False, False)


@given(JSON.filter(lambda value: value is not None), st.booleans(), st.booleans())
def test_no_value_leads_out_of_its_step_of_the_path(value: Any, explode: bool, is_json: bool) -> None:
    given_ = [(parameter("path", "simple", explode=explode, is_json=is_json), value)]
    try:
        target = write(operation(), given_, None).target
    except ToolFailure:
        return
    parts = urlsplit(target)
    assert (parts.query, parts.fragment, parts.netloc) == ("", "", "")
    first, step, last = parts.path.split("/")[1:]
    assert (first, last) == ("a", "b")
    assert not {".", ".."} & set(unquote(step).replace("\\", "/").split("/"))


@given(JSON.filter(lambda value: value is not None), st.sampled_from(["form", "pipeDelimited"]), st.booleans())
def test_no_value_leads_out_of_the_query(value: Any, style: str, explode: bool) -> None:
    target = write(operation("/a"), [(parameter("query", style, explode=explode), value)], None).target
    assert urlsplit(target).path == "/a"
    assert urlsplit(target).fragment == ""


@given(JSON.filter(lambda value: value is not None), st.booleans())
def test_no_value_adds_a_header_or_a_cookie(value: Any, is_json: bool) -> None:
    for place, style in (("header", "simple"), ("cookie", "form")):
        try:
            written = write(operation("/a"), [(parameter(place, style, is_json=is_json), value)], None)
        except ToolFailure:
            continue
        names = [name for name, _ in written.headers]
        assert names == ["p" if place == "header" else "cookie", "accept"]
        text = written.headers[0][1]
        assert "\r" not in text
        assert "\n" not in text
        assert place == "header" or ";" not in text


@given(st.text(), st.lists(st.text()))
def test_a_server_reads_in_the_query_what_was_given(text: str, listed: list[str]) -> None:
    given_ = [
        (parameter("query", "form", explode=True), [text, *listed]),
        (parameter("query", "deepObject", explode=True), {"k": text}),
    ]
    target = write(operation("/a"), given_, None).target
    read = parse_qsl(urlsplit(target).query, keep_blank_values=True, errors="surrogatepass")
    assert read == [*(("p", each) for each in [text, *listed]), ("p[k]", text)]


@pytest.mark.parametrize(
    ("style", "explode", "value", "query"),
    [
        ("form", True, ["a", 1, True], "p=a&p=1&p=true"),
        ("form", False, ["a", 1], "p=a,1"),
        ("form", True, {"a": 1, "b": 2}, "a=1&b=2"),
        ("form", False, {"a": 1, "b": 2}, "p=a,1,b,2"),
        ("spaceDelimited", False, ["a", "b"], "p=a%20b"),
        ("pipeDelimited", False, ["a", "b"], "p=a%7Cb"),
        ("deepObject", True, {"a": 1}, "p%5Ba%5D=1"),
    ],
)
def test_each_style_is_written_as_the_specification_has_it(style: str, explode: bool, value: Any, query: str) -> None:
    target = write(operation("/a"), [(parameter("query", style, explode=explode), value)], None).target
    assert target == f"/a?{query}"
