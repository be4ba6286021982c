"""Pages of lines are bounded, numbered, and lead on to the next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.source.reading import LINE_CHARS_MAX, PAGE_LINES_MAX, page_of
from holdfast.kernel.errors import InputError


@given(
    st.lists(st.text(alphabet=st.characters(exclude_characters="\n\r"), max_size=20), max_size=900),
    st.integers(1, 1_000),
    st.integers(0, 1_000),
)
def test_a_page_holds_the_lines_asked_for_and_no_more_than_the_limit(lines: list[str], first: int, more: int) -> None:
    text = "".join(f"{line}\n" for line in lines)
    page = page_of("a.py", text, first, first + more)
    expected = lines[first - 1 : first + more][:PAGE_LINES_MAX]
    assert [line.text for line in page.lines] == expected
    assert [line.number for line in page.lines] == list(range(first, first + len(expected)))
    assert page.lines_total == len(lines)


@given(st.integers(0, 2_000))
def test_following_the_pages_gives_every_line_once(count: int) -> None:
    text = "".join(f"line {number}\n" for number in range(1, count + 1))
    seen: list[int] = []
    first: int | None = 1
    while first is not None:
        page = page_of("a.py", text, first, first + 10_000)
        seen += [line.number for line in page.lines]
        first = page.next_line
    assert seen == list(range(1, count + 1))


def test_a_long_line_is_cut_and_marked() -> None:
    page = page_of("a.py", "x" * 2_000, 1, 1)
    assert page.lines[0].is_cut
    assert page.lines[0].text == "x" * LINE_CHARS_MAX
    assert page.as_text().endswith("…")


def test_a_page_reads_with_numbers_aligned() -> None:
    assert page_of("a.py", "a\n" * 10, 9, 10).as_text() == " 9 | a\n10 | a"


@pytest.mark.parametrize(("first", "last"), [(0, 1), (5, 4), (-1, 3)])
def test_a_range_that_is_none_is_refused(first: int, last: int) -> None:
    with pytest.raises(InputError, match="expected lines first to last"):
        page_of("a.py", "a\n", first, last)


def test_a_range_beyond_the_end_is_an_empty_page() -> None:
    page = page_of("a.py", "a\n", 5, 9)
    assert (page.lines, page.next_line, page.as_text()) == ((), None, "")
