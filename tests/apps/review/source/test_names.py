"""Every file name can be shown in one printable line and turned back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.apps.review.source.names import raw, shown
from holdfast.kernel.errors import InputError


@given(st.binary(max_size=60))
@example(b"caf\xe9.py")
@example(b"back\\slash")
@example(b"new\nline\x1b[31m.py")
@example("\u202egnp.exe".encode())
def test_a_shown_name_turns_back_into_the_same_bytes(name: bytes) -> None:
    assert raw(shown(name)) == name


@given(st.binary(max_size=60))
def test_a_shown_name_is_printable(name: bytes) -> None:
    assert shown(name).isprintable()


@given(st.text(max_size=30), st.text(max_size=30))
def test_different_names_are_shown_differently(one: str, other: str) -> None:
    first, second = one.encode("utf-8", "replace"), other.encode("utf-8", "replace")
    assert (shown(first) == shown(second)) == (first == second)


def test_an_ordinary_name_is_shown_as_it_is() -> None:
    assert shown("src/grüße.py".encode()) == "src/grüße.py"


@pytest.mark.parametrize("path", ["a\\b", "a\\x1", "a\\xZZ", "\udc80"])
def test_text_that_no_name_is_shown_as_is_refused(path: str) -> None:
    with pytest.raises(InputError, match="expected a path as listed"):
        raw(path)
