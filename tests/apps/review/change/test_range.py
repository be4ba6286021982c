"""How a user names a change, and what is said when there is none."""

import os
from pathlib import Path

import pytest

from holdfast.apps.review.change.reading import parse_range, pin, read_change
from holdfast.kernel.errors import InputError
from tests.apps.review.change.repo import Repo


@pytest.mark.parametrize(
    ("text", "base", "head", "from_fork"),
    [
        ("main..HEAD", "main", "HEAD", False),
        ("main...topic/x", "main", "topic/x", True),
        ("v1.0..", "v1.0", "HEAD", False),
        ("..topic", "HEAD", "topic", False),
        (" a..b ", "a", "b", False),
    ],
)
def test_a_range_is_written_as_for_git(text: str, base: str, head: str, from_fork: bool) -> None:
    parsed = parse_range(text)

    assert (parsed.base, parsed.head, parsed.from_fork) == (base, head, from_fork)


@pytest.mark.parametrize("text", ["", "main", "..", "...", " "])
def test_what_is_no_range_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match=r"written as BASE\.\.HEAD, such as main\.\.HEAD, found "):
        parse_range(text)


@pytest.mark.parametrize(
    "revisions", ["nowhere..HEAD", "HEAD..nowhere", "HEAD:a.py..HEAD", "--output=x..HEAD", "HEAD..-p", "a\nb..HEAD"]
)
def test_an_unknown_revision_is_named(repo: Repo, revisions: str) -> None:
    repo.commit(a__py="one\n")
    repo.commit(a__py="two\n")

    with pytest.raises(InputError, match="expected a branch, tag or commit, found '"):
        read_change(repo.root, revisions)
    assert os.listdir(repo.root) == [".git", "a.py"] or os.listdir(repo.root) == ["a.py", ".git"]


def test_a_change_of_nothing_has_no_files(repo: Repo) -> None:
    only = repo.commit(a__py="one\n")

    change = read_change(repo.root, "HEAD..HEAD")

    assert (change.base, change.head, change.files) == (only, only, ())


def test_a_pinned_range_names_the_same_change_after_the_branch_has_moved(repo: Repo) -> None:
    first = repo.commit(a__py="one\n")
    second = repo.commit(a__py="two\n")

    pinned = pin(repo.root, "HEAD~1..HEAD")
    repo.commit(a__py="three\n", b__py="new\n")

    assert pinned == f"{first}..{second}"
    assert pin(repo.root, pinned) == pinned
    assert [file.path for file in read_change(repo.root, pinned).files] == ["a.py"]


def test_three_dots_are_pinned_to_where_the_branch_began(repo: Repo) -> None:
    fork = repo.commit(a__py="one\n")
    repo.git("checkout", "--quiet", "-b", "topic")
    topic = repo.commit(b__py="mine\n")
    repo.git("checkout", "--quiet", "main")
    repo.commit(c__py="theirs\n")

    assert pin(repo.root, "main...topic") == f"{fork}..{topic}"


def test_a_folder_outside_git_and_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(InputError, match="expected a git repository; git says: fatal: not a git repository"):
        read_change(tmp_path, "main..HEAD")
    with pytest.raises(InputError, match="expected a folder, found none at"):
        read_change(tmp_path / "file", "main..HEAD")


def test_branches_without_a_common_ancestor_are_refused_with_three_dots(repo: Repo) -> None:
    repo.commit(a__py="one\n")
    repo.git("checkout", "--quiet", "--orphan", "other")
    repo.commit(b__py="two\n")

    with pytest.raises(InputError, match="to have a common ancestor"):
        read_change(repo.root, "main...other")
