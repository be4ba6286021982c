"""What git knows is listed by git; everything else is walked, and it is said so."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from holdfast.apps.review.source.git import list_checkout
from holdfast.apps.review.source.refusals import Reason
from tests.apps.review.source.trees import checkout, git, inventory_of, paths_of, reasons_of, write


def test_a_checkout_lists_what_is_tracked_or_not_ignored(tmp_path: Path) -> None:
    checkout(tmp_path, {"a.py": "", ".gitignore": "*.log\nout/\n", "kept.log": ""})
    write(tmp_path, {"new.py": "", "noise.log": "", "out/built.py": ""})
    inventory = inventory_of(tmp_path)
    assert inventory.listed_by == "git"
    assert paths_of(inventory) == [".gitignore", "a.py", "kept.log", "new.py"]


def test_a_part_of_a_checkout_is_listed_by_the_rules_of_the_whole(tmp_path: Path) -> None:
    checkout(tmp_path, {".gitignore": "*.log\n", "src/a.py": "", "other/b.py": ""})
    write(tmp_path, {"src/noise.log": ""})
    inventory = inventory_of(tmp_path / "src")
    assert (inventory.listed_by, paths_of(inventory)) == ("git", ["a.py"])


def test_a_plain_folder_is_walked_without_what_tools_leave_behind(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.py": "",
            "pkg/build/b.py": "",
            "build/c.py": "",
            ".venv/d.py": "",
            "node_modules/e.js": "",
            "x.egg-info/f": "",
        },
    )
    inventory = inventory_of(tmp_path)
    assert inventory.listed_by == "walk"
    assert inventory.notes == ()
    assert paths_of(inventory) == ["a.py", "pkg/build/b.py"]
    assert reasons_of(inventory) == {
        ".venv/": Reason.IGNORED_FOLDER,
        "build/": Reason.IGNORED_FOLDER,
        "node_modules/": Reason.VENDORED,
        "x.egg-info/": Reason.IGNORED_FOLDER,
    }


def test_vendored_folders_that_are_tracked_are_named_once_with_their_count(tmp_path: Path) -> None:
    checkout(tmp_path, {"a.py": "", "web/node_modules/x/i.js": "", "web/node_modules/y/i.js": ""})
    inventory = inventory_of(tmp_path)
    assert paths_of(inventory) == ["a.py"]
    assert [(left.path, left.detail) for left in inventory.skipped] == [("web/node_modules/", "2 files")]


def test_a_tracked_file_that_is_gone_is_named(tmp_path: Path) -> None:
    checkout(tmp_path, {"a.py": "", "gone.py": ""})
    (tmp_path / "gone.py").unlink()
    assert reasons_of(inventory_of(tmp_path)) == {"gone.py": Reason.MISSING}


def test_a_checkout_inside_another_is_walked_and_said_so(tmp_path: Path) -> None:
    checkout(tmp_path, {"a.py": ""})
    checkout(tmp_path / "inner", {"b.py": ""})
    inventory = inventory_of(tmp_path)
    assert paths_of(inventory) == ["a.py", "inner/b.py"]
    assert inventory.notes == ("a checkout inside this one was walked: inner",)


def test_a_bare_repository_has_nothing_to_review_and_says_what_to_do(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare")
    inventory = inventory_of(tmp_path)
    assert inventory.is_empty
    assert "clone it and review the clone" in inventory.notes[0]


def test_a_folder_an_outer_checkout_ignores_is_walked(tmp_path: Path) -> None:
    checkout(tmp_path, {".gitignore": "out/\n"})
    write(tmp_path, {"out/a.py": ""})
    inventory = inventory_of(tmp_path / "out")
    assert (inventory.listed_by, paths_of(inventory)) == ("walk", ["a.py"])
    assert inventory.notes == ("git lists no file here, so the folder was walked",)


def test_an_empty_checkout_is_empty(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert inventory_of(tmp_path).is_empty


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can give a folder away")
def test_a_checkout_of_somebody_else_is_walked_and_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout(tmp_path, {"a.py": ""})
    for place in (tmp_path, *tmp_path.rglob("*")):
        os.lchown(place, 12345, 12345)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    inventory = inventory_of(tmp_path)
    assert (inventory.listed_by, paths_of(inventory)) == ("walk", ["a.py"])
    assert "safe.directory" in inventory.notes[0]


def test_without_git_a_checkout_is_walked_and_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout(tmp_path, {"a.py": ""})
    monkeypatch.setenv("PATH", str(tmp_path))
    inventory = inventory_of(tmp_path)
    assert (inventory.listed_by, paths_of(inventory)) == ("walk", ["a.py"])
    assert "git cannot be run" in inventory.notes[0]


def hostile(folder: Path) -> tuple[Path, Path]:
    """A checkout whose configuration runs a program in every way git knows, and the file that would then appear."""
    checkout(folder, {"a.py": "", ".gitattributes": "* filter=evil diff=evil\n"})
    marker = folder / "ran"
    command = f"touch '{marker}'; false"
    script = folder / ".git/hooks/evil"
    script.write_text(f"#!/bin/sh\n{command}\n")
    script.chmod(0o755)
    for hook in ("post-index-change", "fsmonitor-watchman", "post-checkout", "reference-transaction"):
        shutil.copy(script, folder / ".git/hooks" / hook)
    settings = {
        "core.fsmonitor": str(script),
        "core.hooksPath": str(script.parent),
        "core.pager": command,
        "core.editor": command,
        "core.sshCommand": command,
        "core.askPass": str(script),
        "core.alternateRefsCommand": command,
        "credential.helper": f"!{command}",
        "filter.evil.clean": command,
        "filter.evil.smudge": command,
        "filter.evil.process": command,
        "diff.external": str(script),
        "diff.evil.textconv": str(script),
        "alias.ls-files": f"!{command}",
        "alias.rev-parse": f"!{command}",
        "protocol.ext.allow": "always",
        "remote.origin.url": f"ext::sh -c {command.replace(' ', '% ')}",
        "remote.origin.promisor": "true",
        "remote.origin.partialCloneFilter": "blob:none",
        "extensions.partialClone": "origin",
        "uploadpack.packObjectsHook": str(script),
        "sequence.editor": command,
        "gpg.program": str(script),
        "index.sparse": "true",
        "core.untrackedCache": "true",
    }
    for name, value in settings.items():
        git(folder, "config", name, value)
    for blob in (folder / ".git/objects").rglob("*"):
        if blob.is_file() and "pack" not in blob.parts and "info" not in blob.parts:
            blob.unlink()  # so that git would want to fetch, from the remote above
    return folder, marker


def test_the_configuration_of_a_hostile_checkout_runs_nothing(tmp_path: Path) -> None:
    folder, marker = hostile(tmp_path / "hostile")
    inventory = inventory_of(folder)
    assert not marker.exists()
    assert {"a.py", ".gitattributes"} <= set(paths_of(inventory))


def test_the_same_configuration_does_run_a_program_without_the_defences(tmp_path: Path) -> None:
    folder, marker = hostile(tmp_path / "hostile")
    subprocess.run(["git", "-C", str(folder), "status"], capture_output=True, check=False)
    assert marker.exists()


def test_a_working_tree_elsewhere_is_not_listed(tmp_path: Path) -> None:
    folder = checkout(tmp_path / "repository", {"a.py": ""})
    write(tmp_path / "elsewhere", {"theirs.py": ""})
    git(folder, "config", "core.worktree", str(tmp_path / "elsewhere"))
    inventory = inventory_of(folder)
    assert paths_of(inventory) == ["a.py"]
    assert "names a working tree elsewhere" in inventory.notes[0]


def test_listing_writes_nothing_into_the_checkout(tmp_path: Path) -> None:
    folder = checkout(tmp_path, {"a.py": "", "b/c.py": ""})
    os.utime(folder / "a.py", (1, 1))
    before = {place: place.stat().st_mtime_ns for place in folder.rglob("*")}
    assert not isinstance(list_checkout(str(folder)), str)
    assert {place: place.stat().st_mtime_ns for place in folder.rglob("*")} == before
