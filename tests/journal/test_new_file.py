"""A file appears whole or not at all, and nothing that is there is ever overwritten."""

import os
import stat
from pathlib import Path

import pytest

from holdfast.journal.new_file import PARTIAL, new_file
from holdfast.kernel.errors import InputError, JournalError
from holdfast.kernel.faults import Point, Reach, pass_by


class Death(BaseException):
    """The process ends here."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write(path: Path, reach: Reach = pass_by, *, breaks: bool = False) -> None:
    with new_file(path, reach) as place:
        place.write_bytes(b"whole")
        assert not path.exists()
        if breaks:
            raise Death


def test_a_new_file_is_its_owner_s_alone_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    write(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"whole"
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert names(tmp_path) == ["copy"]


def test_a_file_that_exists_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("mine")
    with pytest.raises(InputError, match="nothing is overwritten"):
        write(tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "mine"


def test_a_link_that_leads_nowhere_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "copy").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError):
        write(tmp_path / "copy")
    assert names(tmp_path) == ["copy"]


def test_whoever_is_quicker_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "copy"

    def overtake(point: str) -> None:
        if point == Point.FILE_BEFORE_NAMED:
            path.write_bytes(b"quick")

    with pytest.raises(InputError):
        write(path, overtake)
    assert path.read_bytes() == b"quick"
    assert names(tmp_path) == ["copy"]


@pytest.mark.parametrize(("point", "left"), [(Point.FILE_BEFORE_NAMED, []), (Point.FILE_AFTER_NAMED, ["copy"])])
def test_a_death_leaves_no_file_or_a_whole_one(tmp_path: Path, point: Point, left: list[str]) -> None:
    def die(reached: str) -> None:
        if reached == point:
            raise Death

    with pytest.raises(Death):
        write(tmp_path / "copy", die)
    assert names(tmp_path) == left


def test_what_a_killed_process_left_is_in_nobody_s_way(tmp_path: Path) -> None:
    (tmp_path / f"copy{PARTIAL}").write_bytes(b"half")
    write(tmp_path / "copy")
    assert names(tmp_path) == ["copy"]


def test_a_block_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Death):
        write(tmp_path / "copy", pass_by, breaks=True)
    assert names(tmp_path) == []


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=f"cannot write .*{os.sep}gone{os.sep}copy: No such file"):
        write(tmp_path / "gone" / "copy")
