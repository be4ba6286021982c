"""Nothing that comes from outside reaches the terminal as more than the characters it shows."""

import io
import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from holdfast.surfaces.cli.showing.terminal import clean, styled

ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=60)


@given(ANY_TEXT)
def test_what_is_cleaned_holds_no_character_that_steers(text: str) -> None:
    shown = clean(text)
    assert not [character for character in shown if unicodedata.category(character) in ("Cc", "Cf", "Cs")]
    shown.encode()


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=60))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


def test_what_steers_is_written_out() -> None:
    assert clean("a\x1b[31mb\u202ec\udcff\U000e0001") == "a\\x1b[31mb\\u202ec\\udcff\\U000e0001"


def test_lines_are_kept_only_where_they_are_asked_for() -> None:
    assert clean("a\n\tb\r") == "a  b\\x0d"
    assert clean("a\n\tb\r", keeps_lines=True) == "a\n\tb\\x0d"


def test_a_long_text_ends_in_an_ellipsis() -> None:
    assert clean("abcdef", length_max=4) == "abc…"
    assert clean("abcd", length_max=4) == "abcd"


@given(ANY_TEXT)
def test_markup_is_never_read_whatever_the_console(text: str) -> None:
    printed = io.StringIO()
    Console(file=printed, markup=True, width=10_000).print(styled(f"[bold]{text}[/bold]:smile:"), soft_wrap=True)
    assert printed.getvalue().startswith("[bold]")
    assert printed.getvalue().endswith("[/bold]:smile:\n")
