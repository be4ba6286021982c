"""Whatever path is asked for, nothing outside of the root is read, and nothing blocks."""

import os
import socket
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from holdfast.apps.review.source.guard import Root
from holdfast.apps.review.source.names import shown
from holdfast.apps.review.source.refusals import Reason, Refusal
from holdfast.kernel.errors import InputError
from tests.apps.review.source.trees import open_folder, without_privileges, write

SECRET = b"outside"
LIMIT = 1_000


def root_with_ways_out(folder: Path) -> Root:
    """A root beside a secret, with links that lead to it in every way."""
    write(folder, {"secret": SECRET, "root/inside.txt": b"inside", "root/deep/inside.txt": b"inside"})
    root = folder / "root"
    (root / "link").symlink_to("../secret")
    (root / "folder_link").symlink_to("..")
    (root / "absolute").symlink_to(folder)
    (root / "self").symlink_to(".")
    (root / "deep" / "up").symlink_to("../..")
    return Root.at(str(root))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Root:
    """Such a root, shared by the properties below."""
    return root_with_ways_out(tmp_path_factory.mktemp("guard"))


_PARTS = st.sampled_from(
    [
        "..",
        ".",
        "",
        "/",
        "link",
        "folder_link",
        "absolute",
        "self",
        "deep",
        "up",
        "secret",
        "root",
        "inside.txt",
        "~",
        "\\x2e\\x2e",
        "\\x2f",
    ]
)
_PATHS = st.lists(_PARTS | st.text(max_size=8), max_size=8).map("/".join)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_PATHS)
@example("../secret")
@example("link")
@example("folder_link/secret")
@example("absolute/secret")
@example("deep/up/secret")
@example("deep/../../secret")
@example("/etc/passwd")
@example("\\x2e\\x2e/secret")
@example("deep\\x2f..\\x2f..\\x2fsecret")
@example("inside.txt\\x00")
def test_no_path_leads_out_of_the_root(guarded: Root, path: str) -> None:
    content = guarded.read(path, bytes_max=LIMIT)
    entries = guarded.entries(path)
    assert content == b"inside" or isinstance(content, Refusal)
    if not isinstance(entries, Refusal):
        assert not {entry.path.rpartition("/")[2] for entry in entries} & {"secret", "root"}


def test_an_absolute_path_below_the_root_is_refused_like_any_other(guarded: Root) -> None:
    assert guarded.read(f"{guarded.path}/inside.txt", bytes_max=LIMIT) == Refusal(
        Reason.OUTSIDE, "a path is relative to the root, without '.', '..' or empty parts"
    )


def test_a_folder_swapped_for_a_link_after_it_was_listed_is_not_entered(tmp_path: Path) -> None:
    write(tmp_path, {"elsewhere/file.txt": SECRET, "root/folder/file.txt": b"inside"})
    root = Root.at(str(tmp_path / "root"))
    assert root.read("folder/file.txt", bytes_max=LIMIT) == b"inside"
    (tmp_path / "root/folder/file.txt").unlink()
    (tmp_path / "root/folder").rmdir()
    (tmp_path / "root/folder").symlink_to(tmp_path / "elsewhere")
    assert isinstance(root.read("folder/file.txt", bytes_max=LIMIT), Refusal)


def test_a_root_that_was_replaced_is_no_longer_read(tmp_path: Path) -> None:
    root = Root.at(str(write(tmp_path / "root", {"file.txt": b"inside"})))
    (tmp_path / "root").rename(tmp_path / "old")
    write(tmp_path / "root", {"file.txt": SECRET})
    assert isinstance(root.read("file.txt", bytes_max=LIMIT), Refusal)


def test_what_is_not_a_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        root = Root.at(str(tmp_path))
        for name in ("fifo", "folder", "socket"):
            assert root.read(name, bytes_max=LIMIT) == Refusal(Reason.NOT_REGULAR)


def test_a_file_over_the_limit_is_not_read_at_all(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as large:
        large.truncate(50_000_000)
    refusal = Root.at(str(tmp_path)).read("large", bytes_max=LIMIT)
    assert refusal == Refusal(Reason.TOO_LARGE, "50,000,000 bytes, the limit is 1,000")


def test_a_path_deeper_than_the_limit_is_refused(tmp_path: Path) -> None:
    refusal = Root.at(str(tmp_path)).read("/".join(["a"] * 500), bytes_max=LIMIT)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.LIMIT


def test_an_unreadable_file_is_refused() -> None:
    with open_folder() as folder:
        write(folder, {"closed": b"x"})
        (folder / "closed").chmod(0)
        with without_privileges():
            refusal = Root.at(str(folder)).read("closed", bytes_max=LIMIT)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.UNREADABLE


def test_entries_come_in_order_with_their_own_type(tmp_path: Path) -> None:
    write(tmp_path, {"b": b"", "a/x": b""})
    (tmp_path / "c").symlink_to("a")
    entries = Root.at(str(tmp_path)).entries("")
    assert not isinstance(entries, Refusal)
    assert [(entry.path, entry.is_folder, stat.S_ISLNK(entry.mode)) for entry in entries] == [
        ("a", True, False),
        ("b", False, False),
        ("c", False, True),
    ]


@pytest.mark.parametrize(
    ("name", "found"),
    [("missing", "found nothing at"), ("file", "found a file at"), ("circle", "found nothing at|circle of links")],
)
def test_a_root_that_is_no_folder_is_refused_with_what_to_do(tmp_path: Path, name: str, found: str) -> None:
    write(tmp_path, {"file": b""})
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(InputError, match=found):
        Root.at(str(tmp_path / name))


def test_a_root_named_with_a_null_character_is_refused() -> None:
    with pytest.raises(InputError, match="expected the path of a folder"):
        Root.at("a\0b")


def test_a_root_may_be_named_through_a_link(tmp_path: Path) -> None:
    write(tmp_path, {"real/file.txt": b"inside"})
    (tmp_path / "alias").symlink_to("real")
    assert Root.at(str(tmp_path / "alias")).read("file.txt", bytes_max=LIMIT) == b"inside"


def test_a_name_that_is_no_utf8_can_be_read(tmp_path: Path) -> None:
    name = b"caf\xe9\n.txt"
    with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
        file.write(b"inside")
    assert Root.at(str(tmp_path)).read(shown(name), bytes_max=LIMIT) == b"inside"
