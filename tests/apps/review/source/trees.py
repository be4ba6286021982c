"""Small trees of files, and git checkouts of them, written for one test."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from holdfast.apps.review.source.guard import Root
from holdfast.apps.review.source.inventory import Inventory, take_inventory
from holdfast.apps.review.source.refusals import Reason

NOBODY = 65534

Tree = Mapping[str, str | bytes]

_IDENTITY = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@b.c",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@b.c",
}


def write(folder: Path, tree: Tree) -> Path:
    """Write files below a folder, making it and theirs."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in tree.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, without the machine's own configuration."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", **_IDENTITY}
    command = ["git", "-c", "init.defaultBranch=main", "-C", str(folder), *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def checkout(folder: Path, tree: Tree) -> Path:
    """Write files and commit them to a new repository."""
    write(folder, tree)
    git(folder, "init", "-q")
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "-m", "all")
    return folder


@contextmanager
def open_folder() -> Iterator[Path]:
    """Give a folder that another user may enter, which the folders of tests are not."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@contextmanager
def without_privileges() -> Iterator[None]:
    """Go on as a user whom permissions bind; the superuser's tests would see none."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def inventory_of(folder: Path) -> Inventory:
    """Take the inventory of a folder."""
    return take_inventory(Root.at(str(folder)))


def paths_of(inventory: Inventory) -> list[str]:
    """Return the paths of its files."""
    return [file.path for file in inventory.files]


def reasons_of(inventory: Inventory) -> dict[str, Reason]:
    """Return why each skipped path is skipped."""
    return {left_out.path: left_out.reason for left_out in inventory.skipped}
