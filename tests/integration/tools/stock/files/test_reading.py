"""Listing, reading and searching show what is there, by the page, and nothing from elsewhere."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.files.beneath import Beneath
from holdfast.integration.tools.stock.files.limits import FileLimits, digest_of
from holdfast.integration.tools.stock.files.reading import Entry, Found, Match, Reading


def never() -> bool:
    return False


def reading(root: Path, **limits: float) -> Reading:
    return Reading(Beneath(root), FileLimits(**limits))  # type: ignore[arg-type]  # whole numbers and seconds alike


def test_a_folder_is_listed_by_name_with_kinds_and_sizes(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("12345")
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    found = reading(tmp_path).listing("", "")
    assert [(entry.name, entry.kind) for entry in found.entries] == [
        ("a", "folder"), ("b.txt", "file"), ("link", "link"), ("pipe", "other"),
    ]  # fmt: skip
    assert found.entries[1] == Entry("b.txt", "file", 5)


def test_a_large_folder_is_listed_by_the_page(tmp_path: Path) -> None:
    for number in range(7):
        (tmp_path / f"{number}").touch()
    names, after = list[str](), ""
    while True:
        page = reading(tmp_path, entries_max=3).listing(".", after)
        names += [entry.name for entry in page.entries]
        after = page.next_after
        if not after:
            break
    assert names == [*"0123456"]


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\n€𝄞")), st.integers(4, 40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_join_to_the_whole(tmp_path: Path, text: str, page_bytes: int) -> None:
    (tmp_path / "file").write_bytes(text.encode())
    pages, offset = list[str](), 0
    while True:
        page = reading(tmp_path, page_bytes_max=page_bytes).page("file", offset)
        assert len(page.text.encode()) <= page_bytes
        assert (page.bytes_total, page.digest) == (len(text.encode()), digest_of(text.encode()))
        pages.append(page.text)
        if page.next_offset is None:
            break
        offset = page.next_offset
    assert "".join(pages) == text


def test_what_is_too_large_no_text_or_beyond_the_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * 101)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    looking = reading(tmp_path, file_bytes_max=100)
    with pytest.raises(ToolFailure, match="at most 100 bytes"):
        looking.page("large", 0)
    with pytest.raises(ToolFailure, match="text in UTF-8"):
        looking.page("bytes", 0)
    with pytest.raises(ToolFailure, match="beyond its end, it has 2 bytes"):
        looking.page("bytes", 3)


def test_lines_are_found_in_every_file_beneath_in_any_case(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "b.txt").write_text("one\ntwo NEEDLE two\n")
    (tmp_path / "a.txt").write_text("needle")
    (tmp_path / "link").symlink_to("deep")
    found = reading(tmp_path).search("Needle", "", never)
    assert found == Found([Match("a.txt", 1, "needle"), Match("deep/er/b.txt", 2, "two NEEDLE two")])
    assert reading(tmp_path).search("needle", "deep", never).matches == found.matches[1:]


def test_what_was_not_searched_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xff")
    (tmp_path / "b").write_text("needle\n" * 5)
    assert "1 files are too large, no text" in reading(tmp_path).search("needle", "", never).left_out
    few = reading(tmp_path, matches_max=2).search("needle", "", never)
    assert (len(few.matches), few.left_out[:35]) == (2, "there are more, from b line 3 on: s")
    assert "ended before b" in reading(tmp_path, files_searched_max=1).search("needle", "", never).left_out
    assert "ended before a" in reading(tmp_path).search("needle", "", lambda: True).left_out


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ToolFailure, match="none: there is no such file or folder"):
        reading(tmp_path).search("x", "none", never)
