"""Nothing a repository holds or configures makes git run a program, fetch anything or look elsewhere."""

import contextlib
import os
import subprocess
from pathlib import Path

import pytest

from holdfast.apps.review.change.git import Git
from holdfast.apps.review.change.reading import read_change
from holdfast.apps.review.change.revision import RevisionReader
from holdfast.apps.review.source.refusals import Reason
from holdfast.kernel.errors import InputError
from tests.apps.review.change.repo import Repo


@pytest.fixture
def trap(repo: Repo, tmp_path: Path) -> Path:
    """Every place a repository can name a program, naming one that leaves a mark."""
    mark = tmp_path / "mark"
    command = f"touch '{mark}'; cat"
    repo.commit(a__py="one\n")
    repo.write(".gitattributes", "*.py diff=evil filter=evil\n")
    repo.commit(a__py="one\ntwo\n")
    for key in ("diff.evil.textconv", "diff.evil.command", "diff.external", "filter.evil.clean", "filter.evil.smudge"):
        repo.git("config", key, command)
    repo.git("config", "core.fsmonitor", f"touch '{mark}'")
    repo.git("config", "core.pager", command)
    repo.git("config", "gpg.program", command)
    repo.git("config", "log.showSignature", "true")
    hooks = repo.root / "hooks"
    hooks.mkdir()
    for name in ("post-index-change", "reference-transaction", "post-checkout"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch '{mark}'\n")
        (hooks / name).chmod(0o755)
    repo.git("config", "core.hooksPath", str(hooks))
    mark.unlink(missing_ok=True)
    return mark


def test_the_trap_springs_where_git_is_asked_carelessly(repo: Repo, trap: Path) -> None:
    with contextlib.suppress(subprocess.CalledProcessError):
        repo.git("diff", "HEAD~1..HEAD")

    assert trap.exists()


def test_reading_a_change_and_its_files_runs_nothing(repo: Repo, trap: Path) -> None:
    change = read_change(repo.root, "HEAD~1..HEAD")
    reader = RevisionReader(repo.root, "HEAD")
    lines = [reader.read_lines(path) for path in reader.list_files()]

    assert [file.added_lines for file in change.files] == [1, 1]
    assert lines == [("*.py diff=evil filter=evil",), ("one", "two")]
    assert not trap.exists()


def test_missing_objects_are_not_fetched(repo: Repo, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    repo.commit(a__py="one\n")
    repo.commit(a__py="two\n")
    blob = repo.git("rev-parse", "HEAD:a.py")
    (repo.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    repo.git("config", "extensions.partialClone", "origin")
    repo.git("config", "remote.origin.url", f"ext::touch {mark}")
    repo.git("config", "remote.origin.promisor", "true")
    repo.git("config", "protocol.ext.allow", "always")

    with pytest.raises(InputError, match=r"expected the change 'HEAD~1..HEAD'; git says: .*unable to read"):
        read_change(repo.root, "HEAD~1..HEAD")
    assert RevisionReader(repo.root, "HEAD").skipped()[0].reason is Reason.MISSING
    assert not mark.exists()

    with pytest.raises(subprocess.CalledProcessError):
        repo.git("cat-file", "-p", blob)
    assert mark.exists(), "asked carelessly, git would have run it"


def test_a_forged_index_does_not_pass_the_work_tree_off_as_committed(repo: Repo) -> None:
    repo.commit(a__py="one\n")
    repo.git("config", "core.trustctime", "false")
    repo.git("config", "core.checkStat", "minimal")
    file = repo.root / "a.py"
    file.write_text("one\nevil()\n")
    os.utime(file, (1_000_000_000, 1_000_000_000))
    repo.commit()
    file.write_text("one\ngood()\n")
    os.utime(file, (1_000_000_000, 1_000_000_000))

    assert "good" in repo.git("diff-tree", "-p", "HEAD~1", "HEAD"), "asked carelessly, git is taken in"
    (changed,) = read_change(repo.root, "HEAD~1..HEAD").files
    assert changed.hunks[0].lines == (" one", "+evil()")


def test_variables_of_a_surrounding_git_process_are_not_passed_on(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Repo(tmp_path / "other")
    other.commit(secret__py="one\n")
    repo.commit(a__py="one\n")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch '{tmp_path / 'mark'}'")

    assert RevisionReader(repo.root, "HEAD").list_files() == ("a.py",)


def test_replacements_do_not_stand_in_for_what_was_committed(repo: Repo) -> None:
    repo.commit(a__py="evil\n")
    evil = repo.git("rev-parse", "HEAD:a.py")
    repo.commit(a__py="harmless\n")
    repo.git("replace", evil, repo.git("rev-parse", "HEAD:a.py"))

    assert RevisionReader(repo.root, "HEAD~1").read_lines("a.py") == ("evil",)


def test_git_itself_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(InputError, match="expected the program git, found none: install git"):
        Git(tmp_path)


def test_what_git_complains_of_cannot_disturb_a_terminal(repo: Repo) -> None:
    with pytest.raises(InputError) as caught:
        Git(repo.root).run(["cat-file", "blob", "\x1b[31m\u202e"], "expected a blob")

    assert str(caught.value).isprintable()
    assert "git says: fatal" in str(caught.value)


def test_a_repository_that_a_link_in_the_change_points_to_is_not_read(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("password\n")
    os.symlink(tmp_path / "secret", repo.root / "link.py")
    repo.commit()

    assert RevisionReader(repo.root, "HEAD").read_lines("link.py") is None


def test_an_answer_that_floods_and_one_that_never_comes_are_cut_off(repo: Repo) -> None:
    repo.commit(a__py="x" * 100_000)

    with pytest.raises(InputError, match="expected a file; git's answer is larger than 1,000 bytes: ask for less"):
        Git(repo.root, output_bytes_max=1_000).run(["cat-file", "blob", "HEAD:a.py"], "expected a file")
    with pytest.raises(InputError, match="git did not answer within 0 seconds"):
        Git(repo.root, seconds_max=0)


def test_no_program_is_left_behind(repo: Repo) -> None:
    repo.commit(a__py="one\n")
    RevisionReader(repo.root, "HEAD").read_lines("a.py")

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    assert subprocess.run(["git", "--version"], check=True, capture_output=True).returncode == 0
