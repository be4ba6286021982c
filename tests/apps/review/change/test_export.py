"""A revision laid out in a folder."""

import os
import subprocess
from pathlib import Path

from holdfast.apps.review.change.export import export_revision
from holdfast.apps.review.change.revision import RevisionReader
from holdfast.apps.review.source.refusals import Reason
from tests.apps.review.change.repo import Repo


def _laid_out(folder: Path) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for above, _, names in os.walk(os.fsencode(folder)):
        for name in names:
            with open(os.path.join(above, name), "rb") as file:
                found[os.path.relpath(os.path.join(above, name), os.fsencode(folder))] = file.read()
    return found


def _forged(repo: Repo, *entries: tuple[str, str]) -> None:
    """Commit a tree with names that git itself would never write: ``(name, kind of entry)``."""
    repo.commit(inner__py="evil\n")
    blob = bytes.fromhex(repo.git("rev-parse", "HEAD:inner.py"))
    inner = bytes.fromhex(repo.git("rev-parse", "HEAD^{tree}"))
    raw = b"".join(
        (b"40000 " if kind == "tree" else b"100644 ") + name.encode() + b"\0" + (inner if kind == "tree" else blob)
        for name, kind in entries
    )
    hashing = ["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"]
    tree = subprocess.run(hashing, cwd=repo.root, input=raw, capture_output=True, check=True).stdout.decode().strip()
    commit = repo.git("commit-tree", tree, "-m", "forged")
    repo.git("update-ref", "refs/heads/forged", commit)


def test_files_are_laid_out_byte_for_byte_under_their_own_names(repo: Repo, tmp_path: Path) -> None:
    files = {b"a b.py": b"one\r\n", b"deep/er/\xff\n\\.py": b"\0\1", b"empty": b""}
    for name, contents in files.items():
        repo.write(name, contents)
    os.symlink("/etc/passwd", repo.root / "link")
    repo.commit()
    folder = tmp_path / "out"
    folder.mkdir()

    skipped = export_revision(RevisionReader(repo.root, "HEAD"), folder)

    assert _laid_out(folder) == files
    assert [(one.path, one.reason) for one in skipped] == [("link", Reason.SYMLINK)]


def test_a_forged_commit_writes_nothing_outside_the_folder(repo: Repo, tmp_path: Path) -> None:
    _forged(repo, ("..", "tree"), (".git", "tree"), ("x", "blob"), ("x", "tree"), ("z", "blob"))
    folder = tmp_path / "out" / "deep"
    folder.mkdir(parents=True)

    skipped = export_revision(RevisionReader(repo.root, "forged"), folder)

    assert set(_laid_out(tmp_path / "out")) <= {b"deep/x", b"deep/x/inner.py", b"deep/z"}
    assert {one.path: one.reason for one in skipped} == {
        "../inner.py": Reason.OUTSIDE,
        ".git/inner.py": Reason.OUTSIDE,
        "x/inner.py": Reason.UNREADABLE,
    }


def test_what_exceeds_the_limit_is_left_out_and_named(repo: Repo, tmp_path: Path) -> None:
    repo.commit(a__py="x" * 60, b__py="x" * 60, c__py="x" * 30)

    skipped = export_revision(RevisionReader(repo.root, "HEAD"), tmp_path, bytes_max=100)

    assert [(one.path, one.reason) for one in skipped] == [("b.py", Reason.LIMIT)]
    assert (tmp_path / "c.py").exists()
