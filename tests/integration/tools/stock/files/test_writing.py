"""A file is changed whole or not at all, only from the content that was seen, and a lost outcome can be found out."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.postcondition import Complete, Missing
from holdfast.integration.tools.probe import DidNot, Happened, Unknown
from holdfast.integration.tools.stock.files.beneath import Beneath
from holdfast.integration.tools.stock.files.changes import (
    Written,
    appended,
    edited,
    probe_appended,
    probe_edited,
    probe_replaced,
    replaced,
    written,
)
from holdfast.integration.tools.stock.files.limits import FileLimits, digest_of
from holdfast.integration.tools.stock.files.writing import Writing

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
KEY = "hf_1"


@pytest.fixture
def writing(tmp_path: Path) -> Writing:
    return Writing(Beneath(tmp_path), FileLimits(file_bytes_max=1_000))


def test_a_new_file_is_written_with_its_folders_and_nothing_beside_it(writing: Writing, tmp_path: Path) -> None:
    result = writing.change("a/b.txt", KEY, replaced("hello", ""))
    assert result == Written("a/b.txt", 5, digest_of(b"hello"))
    assert [*(tmp_path / "a").iterdir()] == [tmp_path / "a" / "b.txt"]
    assert writing.read_back(result) == Complete()


def test_a_file_that_is_there_is_written_only_by_who_has_seen_it(writing: Writing, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one")
    for seen in ("", digest_of(b"other")):
        with pytest.raises(ToolFailure, match="expected the content that you have seen"):
            writing.change("a", KEY, replaced("two", seen))
    assert (tmp_path / "a").read_text() == "one"
    writing.change("a", KEY, replaced("two", digest_of(b"one")))
    assert (tmp_path / "a").read_text() == "two"


def test_a_file_keeps_its_mode_and_its_other_names_keep_their_content(writing: Writing, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one")
    (tmp_path / "a").chmod(0o640)
    os.link(tmp_path / "a", tmp_path / "other")
    writing.change("a", KEY, edited("one", "two", digest_of(b"one")))
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640
    assert ((tmp_path / "a").read_text(), (tmp_path / "other").read_text()) == ("two", "one")


def test_what_a_killed_attempt_left_beside_the_file_is_in_nobodys_way(writing: Writing, tmp_path: Path) -> None:
    left = tmp_path / f".hf_{digest_of(KEY.encode())}.part"
    left.symlink_to("/etc/passwd")
    writing.change("a", KEY, replaced("hello", ""))
    assert (tmp_path / "a").read_text() == "hello"
    assert [*tmp_path.iterdir()] == [tmp_path / "a"]


def test_a_file_made_by_somebody_meanwhile_is_not_overwritten(writing: Writing, tmp_path: Path) -> None:
    def slow(before: bytes | None) -> bytes:
        assert before is None
        (tmp_path / "a").write_text("theirs")
        return b"ours"

    with pytest.raises(ToolFailure, match="made meanwhile"):
        writing.change("a", KEY, slow)
    assert (tmp_path / "a").read_text() == "theirs"
    assert [*tmp_path.iterdir()] == [tmp_path / "a"]


def test_a_link_swapped_in_is_replaced_and_never_written_through(writing: Writing, tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside.txt"
    outside.write_text("untouched")
    (tmp_path / "a").write_text("one")

    def swapping(before: bytes | None) -> bytes:
        (tmp_path / "a").unlink()
        (tmp_path / "a").symlink_to(outside)
        return b"two"

    writing.change("a", KEY, swapping)
    assert outside.read_text() == "untouched"
    assert (tmp_path / "a").read_text() == "two"
    assert not (tmp_path / "a").is_symlink()
    assert not (tmp_path / "a").stat().st_mode & 0o022


@pytest.mark.parametrize("path", ["", ".", "../a", "/tmp/a", "link/a", ".hf_0.part"])
def test_nothing_is_written_elsewhere(writing: Writing, tmp_path: Path, path: str) -> None:
    (tmp_path / "link").symlink_to("..")
    with pytest.raises(ToolFailure):
        writing.change(path, KEY, replaced("x", ""))
    assert not (tmp_path.parent / "a").exists()


def test_what_would_be_too_large_is_not_written(writing: Writing, tmp_path: Path) -> None:
    with pytest.raises(ToolFailure, match="expected at most 1000"):
        writing.change("a", KEY, replaced("x" * 1_001, ""))
    assert [*tmp_path.iterdir()] == []


def test_a_text_is_appended_only_where_the_file_ended(writing: Writing, tmp_path: Path) -> None:
    writing.change("log", KEY, appended("one\n", 0))
    writing.change("log", KEY, appended("two\n", 4))
    with pytest.raises(ToolFailure, match="its end at byte 4, found it at 8"):
        writing.change("log", KEY, appended("three\n", 4))
    assert (tmp_path / "log").read_text() == "one\ntwo\n"


def test_a_place_is_changed_only_if_it_is_the_only_one() -> None:
    for old, count in (("a", 2), ("z", 0)):
        with pytest.raises(ToolFailure, match=f"found it {count} times"):
            edited(old, "x", digest_of(b"aba"))(b"aba")
    assert edited("b", "x", digest_of(b"aba"))(b"aba") == b"axa"
    with pytest.raises(ToolFailure, match="no such file"):
        edited("b", "x", digest_of(b"aba"))(None)


def test_a_file_that_does_not_hold_what_was_written_is_missing(writing: Writing, tmp_path: Path) -> None:
    result = writing.change("a", KEY, replaced("hello", ""))
    (tmp_path / "a").write_text("theirs")
    assert writing.read_back(result) == Missing("a holds something else")
    (tmp_path / "a").unlink()
    assert writing.read_back(result) == Missing("a is not there")


def test_one_file_is_one_resource_however_its_path_is_written(writing: Writing) -> None:
    assert writing.resource("a/b") == writing.resource("./a//b") != writing.resource("a/c")


@given(TEXTS.filter(bool), TEXTS.filter(bool), TEXTS, TEXTS)
def test_a_probe_tells_what_has_been_done_from_what_has_not(before: str, text: str, old: str, later: str) -> None:
    seen, whole = before.encode(), (before + text).encode()
    assert probe_appended(seen, "p", text, len(seen)) == DidNot()
    assert probe_appended(whole + later.encode(), "p", text, len(seen)) == Happened(written("p", whole))
    other = f"{text}!".encode()
    assert probe_replaced(text.encode(), "p", text, "") == Happened(written("p", text.encode()))
    assert probe_replaced(None, "p", text, "") == DidNot()
    assert probe_replaced(other, "p", text, digest_of(other)) == DidNot()
    assert probe_replaced(other, "p", text, "") == Unknown()


@given(TEXTS, TEXTS.filter(bool), TEXTS, TEXTS)
def test_the_probe_of_an_edit_never_says_the_wrong_thing(head: str, old: str, new: str, tail: str) -> None:
    before = head + old + tail
    if before.count(old) != 1 or old == new:
        return
    seen = digest_of(before.encode())
    after = edited(old, new, seen)(before.encode())
    assert probe_edited(before.encode(), "p", old, new, seen) == DidNot()
    assert probe_edited(after, "p", old, new, seen) == (Happened(written("p", after)) if new else Unknown())
    assert probe_edited(after + b"!", "p", old, new, seen) == Unknown()
    assert probe_edited(None, "p", old, new, seen) == Unknown()
