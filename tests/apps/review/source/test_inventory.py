"""Bad input is named and counted, never fatal."""

import os
from pathlib import Path

from holdfast.apps.review.source.names import shown
from holdfast.apps.review.source.refusals import Reason
from tests.apps.review.source.trees import (
    checkout,
    inventory_of,
    open_folder,
    paths_of,
    reasons_of,
    without_privileges,
    write,
)


def odd_tree(folder: Path) -> Path:
    """A folder with everything a review may stumble over."""
    write(
        folder,
        {
            "good.py": "x = 1\n",
            "latin.py": b"# caf\xe9\n",
            "binary.dat": b"\0\1\2",
            "null.py": b"x = 1\0\n",
            "broken.py": "def (:\n",
            "empty.py": "",
            "new\nline.py": "x = 1\n",
            "escape\x1b[31m.py": "x = 1\n",
        },
    )
    with open(os.path.join(os.fsencode(folder), b"caf\xe9.py"), "wb") as file:
        file.write(b"x = 1\n")
    with (folder / "huge.py").open("wb") as huge:
        huge.truncate(50_000_000)
    os.mkfifo(folder / "pipe.py")
    (folder / "round.py").symlink_to("round.py")
    (folder / "out.py").symlink_to("/etc/passwd")
    return folder


EXPECTED_FILES = ["broken.py", "caf\\xe9.py", "empty.py", "escape\\x1b[31m.py", "good.py", "new\\x0aline.py"]
EXPECTED_REASONS = {
    "binary.dat": Reason.BINARY,
    "huge.py": Reason.TOO_LARGE,
    "latin.py": Reason.UNDECODABLE,
    "null.py": Reason.BINARY,
    "out.py": Reason.SYMLINK_OUT,
    "pipe.py": Reason.NOT_REGULAR,
    "round.py": Reason.SYMLINK_LOOP,
}


def test_everything_odd_in_a_folder_is_named_with_its_reason(tmp_path: Path) -> None:
    inventory = inventory_of(odd_tree(tmp_path))
    assert paths_of(inventory) == EXPECTED_FILES
    assert reasons_of(inventory) == EXPECTED_REASONS


def test_everything_odd_in_a_checkout_is_named_with_its_reason(tmp_path: Path) -> None:
    odd_tree(checkout(tmp_path, {"tracked.py": ""}))
    inventory = inventory_of(tmp_path)
    assert inventory.listed_by == "git"
    assert paths_of(inventory) == sorted([*EXPECTED_FILES, "tracked.py"])
    del (expected := dict(EXPECTED_REASONS))["pipe.py"]  # git lists no FIFO
    assert reasons_of(inventory) == expected


def test_the_digest_changes_with_a_content_and_with_a_name(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x = 1\n"})
    first = inventory_of(tmp_path).digest
    assert inventory_of(tmp_path).digest == first
    write(tmp_path, {"a.py": "x = 2\n"})
    second = inventory_of(tmp_path).digest
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert len({first, second, inventory_of(tmp_path).digest}) == 3


def test_what_may_not_be_read_is_named() -> None:
    with open_folder() as folder:
        write(folder, {"good.py": "", "closed.py": "", "folder/a.py": ""})
        (folder / "closed.py").chmod(0)
        (folder / "folder").chmod(0)
        with without_privileges():
            inventory = inventory_of(folder)
        (folder / "folder").chmod(0o755)
    assert paths_of(inventory) == ["good.py"]
    assert reasons_of(inventory) == {"closed.py": Reason.UNREADABLE, "folder/": Reason.UNREADABLE}


def test_a_name_that_looks_like_an_escape_is_kept_apart_from_the_escaped_one(tmp_path: Path) -> None:
    write(tmp_path, {"a\\x0a.py": "", "a\n.py": ""})
    assert paths_of(inventory_of(tmp_path)) == sorted([shown(b"a\\x0a.py"), shown(b"a\n.py")])
