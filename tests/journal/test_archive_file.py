"""A run as a file: what is written is read, byte by byte; what is not whole is refused with what is wrong."""

import dataclasses
import functools
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from holdfast.journal.archive_file import FORMAT, read_archive, write_archive
from holdfast.journal.codec import encode
from holdfast.journal.events import Event, LifecycleMoved, MailRead, RunEnded
from holdfast.journal.port import Delivered, NewRun, Payload, Recorded
from holdfast.journal.upkeep import Archive
from holdfast.kernel.errors import InputError, UnknownEvent
from holdfast.kernel.ids import CommitId, LetterId, PayloadId, RunId
from holdfast.kernel.outcomes import Outcome
from tests.journal.samples import RUN, recorded, started

ENGINE = "0.1.0"
MIDDLES: tuple[Event, ...] = (LifecycleMoved(to="EXECUTING"), MailRead(position=3))
payload_bodies = st.dictionaries(
    st.text("0123456789abcdef", min_size=32, max_size=32), st.binary(max_size=60), max_size=5
)


def archive(
    events: list[Event] | None = None, payloads: dict[str, bytes] | None = None, letters: list[bytes] | None = None
) -> Archive:
    told = [started(), *(events or []), RunEnded(status="COMPLETE", outcome=Outcome.SUCCEEDED)]
    return Archive(
        run=RUN,
        new=NewRun("default", "desk", "req-1", title="a question"),
        created_at=1.5,
        updated_at=2.25,
        epoch=3,
        status="COMPLETE",
        is_over=True,
        begun_by=CommitId(f"{RUN}/0/0"),
        commit_id=CommitId(f"{RUN}/3/1"),
        events=tuple(recorded(told)),
        payloads=tuple(Payload(PayloadId(name), body) for name, body in sorted((payloads or {"p": b"body"}).items())),
        letters=tuple(
            Delivered(position, LetterId(f"l{position}"), body) for position, body in enumerate(letters or [b"go"], 1)
        ),
    )


@functools.cache
def whole() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run"
        write_archive(archive(), path, ENGINE)
        return path.read_bytes()


def read(body: bytes) -> Archive:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run"
        path.write_bytes(body)
        return read_archive(path)


@given(st.lists(st.sampled_from(MIDDLES), max_size=6), payload_bodies, st.lists(st.binary(max_size=9), max_size=4))
def test_what_is_written_is_read(events: list[Event], payloads: dict[str, bytes], letters: list[bytes]) -> None:
    given_archive = archive(events, payloads, letters)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run"
        write_archive(given_archive, path, ENGINE)
        assert read_archive(path) == given_archive


@given(st.integers(0, len(whole()) - 1), st.integers(1, 255))
def test_a_file_with_one_wrong_byte_is_refused(place: int, flip: int) -> None:
    body = whole()
    with pytest.raises(InputError):
        read(body[:place] + bytes([body[place] ^ flip]) + body[place + 1 :])


@given(st.integers(0, len(whole()) - 1))
def test_a_file_that_is_cut_short_is_refused(length: int) -> None:
    with pytest.raises(InputError):
        read(whole()[:length])


def test_something_behind_the_end_is_refused() -> None:
    with pytest.raises(InputError, match="something follows its end"):
        read(whole() + b"more")


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(InputError, match=r"expected .* to begin with 'holdfast-run/1', found b'Dear diary"):
        read(b"Dear diary, today")


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*: No such file"):
        read_archive(tmp_path / "gone")


@dataclasses.dataclass
class Wrong:
    """A file whose seal is right and whose content is not."""

    changed: Archive
    told: str


WRONGS = {
    "another run": Wrong(replace(archive(), run=RunId("run_other")), "its journal is of another run"),
    "another status": Wrong(replace(archive(), status="FAILED"), "its journal is of another run"),
    "no events": Wrong(replace(archive(), events=()), "empty journal"),
    "a gap": Wrong(replace(archive([MailRead(position=1)]), events=archive([MailRead(position=1)]).events[::2]), "gap"),
}


@pytest.mark.parametrize("name", WRONGS)
def test_a_whole_file_that_contradicts_itself_is_refused(tmp_path: Path, name: str) -> None:
    write_archive(WRONGS[name].changed, tmp_path / "run", ENGINE)
    with pytest.raises(InputError, match=WRONGS[name].told):
        read_archive(tmp_path / "run")


def test_a_run_of_a_newer_version_names_the_event(tmp_path: Path) -> None:
    event = Recorded(2, 2.0, encode(MailRead(position=1)).replace(b"run.mail_read/1", b"run.mail_read/9"))
    write_archive(replace(archive(), events=(archive().events[0], event)), tmp_path / "run", ENGINE)
    with pytest.raises(UnknownEvent, match=r"run\.mail_read/9"):
        read_archive(tmp_path / "run")


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "run").write_bytes(FORMAT)
    with pytest.raises(InputError, match="nothing is overwritten"):
        write_archive(archive(), tmp_path / "run", ENGINE)
