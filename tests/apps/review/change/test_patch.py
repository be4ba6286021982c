"""Reading what git prints."""

import contextlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.apps.review.change.patch import parse_patch
from holdfast.apps.review.change.quoting import names_of_equal_pair, unquoted
from holdfast.kernel.errors import InputError

HEAD = b"diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n"


def test_an_empty_context_line_may_have_lost_its_blank() -> None:
    (file,) = parse_patch(HEAD + b"@@ -1,3 +1,4 @@ def f():\n one\n\n+two\n three\n")

    assert file.hunks[0].lines == (" one", " ", "+two", " three")
    assert file.hunks[0].section == "def f():"
    assert [(one.first, one.last) for one in file.added] == [(3, 3)]


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        (b"hello\n", "expected the start of a file in the diff, found 'hello'"),
        (HEAD + b"@@ -1,3 +1,4 @@\n one\n", "the diff ends inside a hunk"),
        (HEAD + b"@@ what @@\n", "expected the header of a hunk"),
        (HEAD + b"@@ -1,2 +1,2 @@\n one\n*two\n", r"expected a line of a hunk in the diff, found '\*two'"),
        (HEAD + b"@@ -1 +1 @@\n-one\n+two\nmore\n", "expected the start of a file"),
        (b"diff --git a/x b/y\nold mode 1\nnew mode 2\n", "expected the name of a file"),
    ],
)
def test_what_is_no_patch_is_refused(patch: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_patch(patch)


def test_no_change_is_no_file() -> None:
    assert parse_patch(b"") == ()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(noise: bytes) -> None:
    for patch in (noise, HEAD + noise, HEAD + b"@@ -1,9 +1,9 @@\n" + noise):
        with contextlib.suppress(InputError):
            assert all(file.path for file in parse_patch(patch))


_LINES = st.lists(
    st.sampled_from([b"one", b"two", b"", b"- a/x", b"+ b/x", b"@@ -1 +1 @@", b"\\ no", b"x\ry", b"\x0c", b"\xff"]),
    max_size=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=_LINES, new=_LINES, ends=st.tuples(st.booleans(), st.booleans()))
def test_taking_new_lines_from_the_new_file_leaves_what_the_old_one_kept(
    tmp_path: Path, old: list[bytes], new: list[bytes], ends: tuple[bool, bool]
) -> None:
    """What git prints for any two files is understood line by line."""
    for name, lines, is_ended in (("old", old, ends[0]), ("new", new, ends[1])):
        (tmp_path / name).write_bytes(b"\n".join(lines) + b"\n" * is_ended)
    printed = subprocess.run(
        ["git", "diff", "--no-index", "--text", "--no-color", "--no-ext-diff", "old", "new"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    ).stdout
    printed = printed.replace(b"diff --git a/old b/new", b"diff --git a/new b/new", 1)
    before, after = (_lines_of((tmp_path / name).read_bytes()) for name in ("old", "new"))

    files = parse_patch(printed)

    added = {line for file in files for one in file.added for line in range(one.first, one.last + 1)}
    kept = [line for number, line in enumerate(after, 1) if number not in added]
    assert len(before) - sum(file.removed_lines for file in files) == len(kept)
    rest = iter(before)
    assert all(line in rest for line in kept), "what was kept stands in the old file, in the same order"


def _lines_of(contents: bytes) -> list[bytes]:
    lines = contents.split(b"\n")
    return lines if lines[-1] else lines[:-1]


@given(st.binary(min_size=1, max_size=20))
def test_any_name_that_git_quotes_is_unquoted(name: bytes) -> None:
    quoted = b'"' + b"".join(b"\\%03o" % byte for byte in name) + b'"'

    assert unquoted(quoted) == name
    pair = quoted[0:1] + b"a/" + quoted[1:] + b" " + quoted[0:1] + b"b/" + quoted[1:]
    assert names_of_equal_pair(pair) == name


@given(st.text(alphabet="ab/ ", min_size=1, max_size=20))
def test_the_two_equal_names_of_a_header_are_told_apart(name: str) -> None:
    assert names_of_equal_pair(f"a/{name} b/{name}".encode()) == name.encode()
