"""A symlink is named for where it leads, and never followed."""

from pathlib import Path

import pytest

from holdfast.apps.review.source.guard import Root
from holdfast.apps.review.source.links import name_link
from holdfast.apps.review.source.refusals import Reason
from tests.apps.review.source.trees import inventory_of, paths_of, reasons_of, write


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("file.py", Reason.SYMLINK_IN),
        ("folder/../file.py", Reason.SYMLINK_IN),
        ("folder", Reason.SYMLINK_IN),
        ("../beside.py", Reason.SYMLINK_OUT),
        ("/etc/passwd", Reason.SYMLINK_OUT),
        ("out/passwd", Reason.SYMLINK_OUT),
        ("nowhere.py", Reason.SYMLINK_BROKEN),
        ("link", Reason.SYMLINK_LOOP),
        ("round", Reason.SYMLINK_LOOP),
    ],
)
def test_a_link_is_called_by_where_it_leads(tmp_path: Path, target: str, reason: Reason) -> None:
    write(tmp_path, {"beside.py": "", "root/file.py": "", "root/folder/other.py": ""})
    root = tmp_path / "root"
    (root / "out").symlink_to("/etc")
    (root / "round").symlink_to("around")
    (root / "around").symlink_to("round")
    (root / "link").symlink_to(target)
    assert name_link(Root.at(str(root)), "link").reason is reason


def test_an_absolute_link_to_a_place_inside_is_inside(tmp_path: Path) -> None:
    write(tmp_path, {"file.py": ""})
    (tmp_path / "link").symlink_to(tmp_path.resolve() / "file.py")
    assert name_link(Root.at(str(tmp_path)), "link").reason is Reason.SYMLINK_IN


def test_a_linked_file_is_reviewed_once(tmp_path: Path) -> None:
    write(tmp_path, {"src/file.py": "x = 1\n"})
    (tmp_path / "again.py").symlink_to("src/file.py")
    (tmp_path / "folder").symlink_to("src")
    inventory = inventory_of(tmp_path)
    assert paths_of(inventory) == ["src/file.py"]
    assert reasons_of(inventory) == {"again.py": Reason.SYMLINK_IN, "folder": Reason.SYMLINK_IN}
