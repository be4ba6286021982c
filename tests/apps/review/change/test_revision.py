"""The files of a revision, whatever the work tree holds."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from holdfast.apps.review.change.revision import BATCH_BYTES_MAX, RevisionReader
from holdfast.apps.review.source.classify import FILE_BYTES_MAX
from holdfast.apps.review.source.refusals import Reason, Refusal
from holdfast.kernel.errors import InputError
from tests.apps.review.change.repo import Repo


def test_files_are_read_as_they_were_at_the_revision(repo: Repo) -> None:
    repo.commit(a__py="one\r\ntwo")
    repo.commit(a__py="three\n", b__py="")
    repo.write("a.py", "not committed\n")

    then, now = RevisionReader(repo.root, "HEAD~1"), RevisionReader(repo.root, "main")

    assert (then.list_files(), then.read_lines("a.py")) == (("a.py",), ("one", "two"))
    assert (now.list_files(), now.read_lines("a.py"), now.read_lines("b.py")) == (("a.py", "b.py"), ("three",), ())


def test_what_cannot_be_read_is_named(repo: Repo) -> None:
    repo.write("binary.bin", b"\0\1\2")
    repo.write("latin.txt", b"gr\xfcn")
    repo.write("large.txt", b"x" * (FILE_BYTES_MAX + 1))
    os.symlink("large.txt", repo.root / "link.txt")
    repo.commit()
    reader = RevisionReader(repo.root, "HEAD")

    assert reader.list_files() == ("binary.bin", "latin.txt")
    assert [(one.path, one.reason) for one in reader.skipped()] == [
        ("large.txt", Reason.TOO_LARGE),
        ("link.txt", Reason.SYMLINK),
    ]
    assert reader.read("binary.bin") == Refusal(Reason.BINARY)
    assert reader.read("gone.txt") == Refusal(Reason.MISSING)
    assert [reader.read_lines(path) for path in ("binary.bin", "latin.txt", "large.txt", "link.txt", "..")] == [
        None
    ] * 5


def test_odd_names_are_listed_and_read(repo: Repo) -> None:
    for name in (b"new\nline", b"-option", b"\xff", b"a b\\c"):
        repo.write(name, b"of " + name.hex().encode())
    repo.commit()
    reader = RevisionReader(repo.root, "HEAD")

    assert {path: reader.read_lines(path) for path in reader.list_files()} == {
        "new\\x0aline": ("of " + b"new\nline".hex(),),
        "-option": ("of " + b"-option".hex(),),
        "\\xff": ("of ff",),
        "a b\\\\c": ("of " + b"a b\\c".hex(),),
    }


def test_only_files_below_the_root_are_listed(repo: Repo) -> None:
    repo.write("web/a.py", "one\n")
    repo.commit(b__py="two\n")
    reader = RevisionReader(repo.root / "web", "HEAD")

    assert (reader.list_files(), reader.read_lines("a.py")) == (("a.py",), ("one",))


def test_many_large_files_are_read_in_any_order_and_forgotten_again(repo: Repo) -> None:
    names = [f"{number:03}.txt" for number in range(60)]
    for name in names:
        repo.write(name, f"{name}\n" + "x" * (FILE_BYTES_MAX - 100))
    repo.commit()
    reader = RevisionReader(repo.root, "HEAD")

    for name in [*names, *reversed(names), "030.txt"]:
        lines = reader.read_lines(name)
        assert lines is not None
        assert lines[0] == name
    assert len(names) * FILE_BYTES_MAX > 10 * BATCH_BYTES_MAX


def test_several_threads_may_read(repo: Repo) -> None:
    names = [f"{number:03}.txt" for number in range(200)]
    for name in names:
        repo.write(name, f"{name}\n")
    repo.commit()
    reader = RevisionReader(repo.root, "HEAD")

    with ThreadPoolExecutor(8) as threads:
        read = list(threads.map(reader.read_lines, names * 3))

    assert read == [(name,) for name in names * 3]


def test_an_object_that_is_missing_is_named_and_the_others_are_read(repo: Repo) -> None:
    repo.commit(a__py="one\n", b__py="two\n", c__py="three\n")
    blob = repo.git("rev-parse", "HEAD:b.py")
    reader = RevisionReader(repo.root, "HEAD")
    (repo.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    assert reader.read_lines("a.py") == ("one",)
    assert reader.read("b.py") == Refusal(Reason.MISSING, "the repository's objects are incomplete")
    assert reader.read_lines("c.py") == ("three",)


def test_an_empty_repository_has_no_revision(repo: Repo) -> None:
    with pytest.raises(InputError, match="which this repository does not know"):
        RevisionReader(repo.root, "HEAD")
