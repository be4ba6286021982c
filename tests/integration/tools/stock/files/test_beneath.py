"""No path leads out of the folder: whatever it is spelled like, whatever stands on its way, whatever is swapped in."""

import contextlib
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.files.beneath import Beneath, Opener, best_opener, by_kernel, by_walking
from holdfast.integration.tools.stock.files.limits import FileLimits, content
from holdfast.integration.tools.stock.files.path import RelativePath, segments

OPENERS = [by_walking, *([by_kernel] if best_opener() is by_kernel else [])]


@pytest.fixture(params=OPENERS)
def opener(request: pytest.FixtureRequest) -> Opener:
    found: Opener = request.param
    return found


@pytest.fixture
def world(tmp_path: Path) -> Path:
    (tmp_path / "canary").write_text("canary")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "canary").write_text("canary")
    root = tmp_path / "root"
    (root / "notes" / "old").mkdir(parents=True)
    (root / "notes" / "today.md").write_text("today")
    return root


def read(root: Path, path: str, opener: Opener) -> str:
    with Beneath(root, opener).file(path, segments(path)) as opened:
        return content(opened, path, FileLimits()).decode()


@pytest.mark.parametrize("path", ["notes/today.md", "./notes//today.md", "notes/./today.md"])
def test_what_lies_beneath_is_opened(world: Path, opener: Opener, path: str) -> None:
    assert read(world, path, opener) == "today"


@pytest.mark.parametrize(
    "path",
    [
        "../canary",
        "notes/../../canary",
        "/etc/passwd",
        "notes/..",
        "//etc/passwd",
        "a\0b",
        "a\nb",
        "x" * 300,
        "a/" * 50,
    ],
)
def test_a_path_that_could_lead_elsewhere_is_refused_by_its_text(world: Path, opener: Opener, path: str) -> None:
    assert RelativePath().objection(path) is not None
    with pytest.raises(ToolFailure, match="expected a relative path"):
        read(world, path, opener)


@given(
    st.lists(st.sampled_from(["..", ".", "", "notes", "canary", "outside", "~", "%2e%2e", "\\..", "..."]), max_size=8)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_path_reaches_the_canary(world: Path, parts: list[str]) -> None:
    for opener in OPENERS:
        with contextlib.suppress(ToolFailure):
            assert read(world, "/".join(parts), opener) != "canary"


@pytest.mark.parametrize(
    ("link", "target", "path"),
    [
        ("escape", "../canary", "escape"),
        ("escape", "../outside", "escape/canary"),
        ("escape", "/", "escape/etc/passwd"),
        ("notes/escape", "../../canary", "notes/escape"),
        ("inside", "notes/today.md", "inside"),
        ("loop", "loop", "loop"),
        ("magic", "/proc/self/root", "magic/etc/passwd"),
    ],
)
def test_no_link_is_followed(world: Path, opener: Opener, link: str, target: str, path: str) -> None:
    (world / link).symlink_to(target)
    with pytest.raises(ToolFailure, match=r"symbolic link|no folder"):
        read(world, path, opener)


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: socket.socket(socket.AF_UNIX).bind(str(path))])
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_what_is_no_plain_file_is_not_opened(world: Path, opener: Opener, make: Callable[[Path], None]) -> None:
    make(world / "odd")
    with pytest.raises(ToolFailure, match="no plain file"):
        read(world, "odd", opener)


def test_a_device_is_not_opened(opener: Opener) -> None:
    with pytest.raises(ToolFailure, match="no plain file"):
        read(Path("/dev"), "null", opener)


@pytest.mark.parametrize(
    ("path", "told"), [("notes", "it is a folder"), ("none", "no such file"), ("notes/today.md/x", "no folder")]
)
def test_what_is_not_there_is_said_so(world: Path, opener: Opener, path: str, told: str) -> None:
    with pytest.raises(ToolFailure, match=told):
        read(world, path, opener)


def test_a_link_swapped_in_while_it_is_opened_never_leads_out(world: Path, opener: Opener) -> None:
    """Another thread swaps a folder and a link to one outside, over and over; only the right text is ever read."""
    (world / "swapped").mkdir()
    (world / "swapped" / "canary").write_text("harmless")
    (world / "link").symlink_to("../outside")
    is_over = threading.Event()

    def swap() -> None:
        while not is_over.is_set():
            os.rename(world / "swapped", world / "aside")
            os.rename(world / "link", world / "swapped")
            os.rename(world / "swapped", world / "link")
            os.rename(world / "aside", world / "swapped")

    swapping = threading.Thread(target=swap)
    swapping.start()
    seen = set[str]()
    try:
        for _ in range(500):
            with contextlib.suppress(ToolFailure):
                seen.add(read(world, "swapped/canary", opener))
    finally:
        is_over.set()
        swapping.join()
    assert seen <= {"harmless"}


def test_folders_are_made_and_never_through_a_link(world: Path, opener: Opener) -> None:
    beneath = Beneath(world, opener)
    with beneath.made("a/b", ("a", "b")):
        assert (world / "a" / "b").is_dir()
    (world / "escape").symlink_to("../outside")
    with pytest.raises(ToolFailure), beneath.made("escape/new", ("escape", "new")):
        pass
    assert not (world.parent / "outside" / "new").exists()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open descriptors cannot be counted here")
def test_no_descriptor_is_left_open(world: Path, opener: Opener) -> None:
    (world / "escape").symlink_to("../canary")
    before = len(os.listdir("/proc/self/fd"))
    for path in ("notes/today.md", "escape", "none/at/all", "notes"):
        with contextlib.suppress(ToolFailure):
            read(world, path, opener)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_root_that_is_not_there_is_said_so(tmp_path: Path, opener: Opener) -> None:
    with pytest.raises(ToolFailure, match="folder of these tools cannot be opened"):
        read(tmp_path / "none", "a", opener)
