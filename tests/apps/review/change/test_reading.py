"""What a change is read to be, from real repositories."""

import os
from pathlib import Path

import pytest

from holdfast.apps.review.change.model import ChangedFile, FileKind, FileStatus, LineRange, numbered
from holdfast.apps.review.change.reading import read_change
from tests.apps.review.change.repo import Repo


def _only(repo: Repo, revisions: str = "HEAD~1..HEAD") -> ChangedFile:
    (file,) = read_change(repo.root, revisions).files
    return file


def test_the_new_lines_of_a_file_are_named_with_the_lines_around_them(repo: Repo) -> None:
    repo.commit(a__py="".join(f"line {n}\n" for n in range(1, 21)))
    repo.commit(a__py="".join(f"line {n}{' changed' * (n in (5, 6, 19))}\n" for n in range(1, 21)))

    file = _only(repo)

    assert (file.path, file.status, file.kind) == ("a.py", FileStatus.MODIFIED, FileKind.TEXT)
    assert file.added == (LineRange(5, 6), LineRange(19, 19))
    assert (file.added_lines, file.removed_lines) == (3, 3)
    assert numbered(file.hunks[1]) == (
        "    16  line 16",
        "    17  line 17",
        "    18  line 18",
        "       -line 19",
        "    19 +line 19 changed",
        "    20  line 20",
    )


def test_a_new_a_deleted_and_an_empty_file(repo: Repo) -> None:
    repo.commit(gone__py="nothing\nalike\n")
    repo.remove("gone.py")
    repo.commit(new__py="one\ntwo\nthree", empty__py="")

    change = read_change(repo.root, "HEAD~1..HEAD")

    assert [(file.path, file.status, file.added, file.removed_lines) for file in change.files] == [
        ("empty.py", FileStatus.ADDED, (), 0),
        ("gone.py", FileStatus.DELETED, (), 2),
        ("new.py", FileStatus.ADDED, (LineRange(1, 3),), 0),
    ]
    assert change.added_lines == 3


def test_a_rename_keeps_both_names_and_only_its_new_lines_are_new(repo: Repo) -> None:
    text = "".join(f"line {n}\n" for n in range(30))
    repo.commit(old__py=text)
    repo.git("mv", "old.py", "new.py")
    repo.commit(new__py=text + "one more\n")

    file = _only(repo)

    assert (file.path, file.old_path, file.status) == ("new.py", "old.py", FileStatus.RENAMED)
    assert file.added == (LineRange(31, 31),)


def test_a_mere_rename_and_a_mere_change_of_mode_have_no_new_lines(repo: Repo) -> None:
    repo.commit(**{"some name__sh": "echo\n", "b__py": "print()\n"})
    repo.git("mv", "b.py", "folder b.py")
    os.chmod(repo.root / "some name.sh", 0o755)
    repo.commit()

    renamed, made_executable = read_change(repo.root, "HEAD~1..HEAD").files

    assert (renamed.path, renamed.old_path, renamed.added) == ("folder b.py", "b.py", ())
    assert (made_executable.path, made_executable.old_mode, made_executable.new_mode) == (
        "some name.sh",
        "100644",
        "100755",
    )


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (b"two words.py", "two words.py"),
        (b'tab\tquote"back\\slash.py', 'tab\\x09quote"back\\\\slash.py'),
        (b"new\nline.py", "new\\x0aline.py"),
        ("grün/日本.py".encode(), "grün/日本.py"),
        (b"latin-\xfc.py", "latin-\\xfc.py"),
        (b"a b/a b/x b/a", "a b/a b/x b/a"),
        (b"-rf", "-rf"),
        (b"dev/null", "dev/null"),
        (b"--- a/x", "--- a/x"),
    ],
)
def test_odd_names_are_read_as_the_work_tree_lists_them(repo: Repo, name: bytes, path: str) -> None:
    repo.write(name, "one\n")
    repo.commit()
    repo.write(name, "one\ntwo\n")
    repo.commit()
    os.chmod(os.path.join(os.fsencode(repo.root), name), 0o755)
    repo.commit()

    lines, mode = _only(repo, "HEAD~2..HEAD~1"), _only(repo, "HEAD~1..HEAD")

    assert (lines.path, lines.added) == (path, (LineRange(2, 2),))
    assert (mode.path, mode.new_mode) == (path, "100755")


def test_a_rename_between_odd_names_is_read(repo: Repo) -> None:
    repo.write(b"old \xfc\t.py", "one\ntwo\nthree\n")
    repo.commit()
    os.rename(os.path.join(os.fsencode(repo.root), b"old \xfc\t.py"), repo.root / "näw.py")
    repo.write("näw.py", "one\ntwo\nthree\nfour\n")
    repo.commit()

    file = _only(repo)

    assert (file.old_path, file.path, file.added) == ("old \\xfc\\x09.py", "näw.py", (LineRange(4, 4),))


def test_content_that_looks_like_a_diff_is_content(repo: Repo) -> None:
    repo.commit(a__txt="-- a/x\n@@ -1 +1 @@\n")
    repo.commit(a__txt="++ b/x\n@@ -9 +9 @@\ndiff --git a/y b/y\n\\ No newline at end of file\n")

    assert _only(repo).added == (LineRange(1, 4),)


def test_a_last_line_without_a_newline_is_a_line(repo: Repo) -> None:
    repo.commit(a__py="one\ntwo")
    repo.commit(a__py="one\ntwo\n")
    repo.commit(a__py="one\nthree")

    assert _only(repo, "HEAD~2..HEAD~1").added == (LineRange(2, 2),)
    assert _only(repo, "HEAD~1..HEAD").added == (LineRange(2, 2),)


def test_windows_line_ends_are_no_part_of_the_lines(repo: Repo) -> None:
    repo.commit(a__py="one\r\ntwo\r\n")
    repo.commit(a__py="one\r\nthree\r\n")

    assert _only(repo).hunks[0].lines == (" one", "-two", "+three")


def test_form_feeds_and_unicode_separators_do_not_shift_lines(repo: Repo) -> None:
    repo.commit(a__py="one\x0c\u2028\x85\ntwo\n")
    repo.commit(a__py="one\x0c\u2028\x85\ntwo\nthree\n")

    assert _only(repo).added == (LineRange(3, 3),)


def test_code_behind_a_lone_carriage_return_counts_as_lines_of_its_own(repo: Repo) -> None:
    repo.commit(a__py="one\rtwo\nthree\nfour\n")
    repo.commit(a__py="one\rtwo\nthree\n# harmless\rimport os\nfour\n")

    file = _only(repo)

    assert file.added == (LineRange(4, 5),)
    assert numbered(file.hunks[0])[-1] == "     6  four"


def test_a_binary_file_has_no_lines(repo: Repo) -> None:
    repo.commit(a__bin="\0one\n")
    repo.commit(a__bin="\0two\n")

    file = _only(repo)

    assert (file.kind, file.added, file.was_taken_for_binary) == (FileKind.BINARY, (), False)


def test_a_file_declared_binary_to_hide_it_is_reviewed_whole(repo: Repo) -> None:
    repo.commit(evil__py="one\n")
    repo.write(".gitattributes", "*.py binary\n")
    repo.commit(evil__py="one\nimport os\n")

    _, file = read_change(repo.root, "HEAD~1..HEAD").files

    assert (file.path, file.kind, file.added) == ("evil.py", FileKind.TEXT, (LineRange(1, 2),))
    assert file.was_taken_for_binary


def test_links_and_submodules_are_named_for_what_they_are(repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.commit(a__py="one\n")
    repo.commit(a__py="one\n")
    os.symlink("/etc/passwd", repo.root / "link")
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.root), "sub")
    repo.commit()

    kinds = {file.path: (file.kind, file.added) for file in read_change(repo.root, "HEAD~1..HEAD").files}

    assert kinds["link"] == (FileKind.SYMLINK, ())
    assert kinds["sub"] == (FileKind.SUBMODULE, ())


def test_a_file_that_becomes_a_link_is_deleted_and_added(repo: Repo) -> None:
    repo.commit(a__py="one\n")
    repo.remove("a.py")
    os.symlink("b.py", repo.root / "a.py")
    repo.commit()

    files = read_change(repo.root, "HEAD~1..HEAD").files

    assert [(file.status, file.kind) for file in files] == [
        (FileStatus.ADDED, FileKind.SYMLINK),
        (FileStatus.DELETED, FileKind.TEXT),
    ]


def test_a_review_of_a_folder_sees_the_change_of_that_folder_only(repo: Repo) -> None:
    repo.write("web/a.py", "one\n")
    repo.commit(b__py="one\n")
    repo.write("web/a.py", "one\ntwo\n")
    repo.commit(b__py="one\ntwo\n")

    (file,) = read_change(repo.root / "web", "HEAD~1..HEAD").files

    assert (file.path, file.added) == ("a.py", (LineRange(2, 2),))


def test_three_dots_start_where_the_branch_left(repo: Repo) -> None:
    repo.commit(a__py="one\n")
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.commit(b__py="new\n")
    repo.git("checkout", "--quiet", "main")
    repo.commit(c__py="elsewhere\n")

    assert [file.path for file in read_change(repo.root, "main...topic").files] == ["b.py"]
    assert [file.path for file in read_change(repo.root, "main..topic").files] == ["b.py", "c.py"]


def test_the_work_tree_does_not_matter(repo: Repo) -> None:
    repo.commit(a__py="one\n")
    repo.commit(a__py="one\ntwo\n")
    repo.write("a.py", "something else\n")
    repo.write("untracked.py", "new\n")

    assert _only(repo).added == (LineRange(2, 2),)
