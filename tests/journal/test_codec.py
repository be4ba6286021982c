"""Events to bytes and back, today and from every journal ever written."""

import json
import typing
from base64 import b64decode, b64encode
from pathlib import Path

import msgspec
import pytest

from holdfast.journal.codec import decode, encode
from holdfast.journal.events import Event, MailRead
from holdfast.kernel.errors import UnknownEvent
from tests.journal.samples import every_event

GOLDEN = Path(__file__).parent / "golden"


def test_every_event_comes_back_as_it_was() -> None:
    for event in every_event():
        assert decode(encode(event)) == event


def test_the_samples_hold_every_kind_of_event() -> None:
    assert {type(event) for event in every_event()} == set(typing.get_args(Event))


def test_every_tag_carries_the_version_of_its_meaning() -> None:
    tags = [str(kind.__struct_config__.tag) for kind in typing.get_args(Event)]
    assert len(set(tags)) == len(tags)
    assert all(tag.rpartition("/")[2].isdigit() for tag in tags)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_bytes_written_by_an_earlier_format_still_decode_to_the_same_events(path: Path) -> None:
    """A golden file is never edited: when events grow, a new one is added beside it."""
    for entry in json.loads(path.read_text(encoding="utf-8")):
        event = decode(b64decode(entry["body"]))
        assert json.loads(msgspec.json.encode(event)) == entry["event"]


def test_the_newest_golden_file_holds_every_kind_of_event() -> None:
    newest = max(GOLDEN.glob("*.json"))
    tags = {entry["event"]["event"] for entry in json.loads(newest.read_text(encoding="utf-8"))}
    assert tags == {kind.__struct_config__.tag for kind in typing.get_args(Event)}, "run write_golden() for a new file"


def test_a_field_unknown_to_this_version_does_not_stop_it() -> None:
    body = msgspec.msgpack.encode({"event": "run.mail_read/1", "position": 4, "added_later": True})
    assert decode(body) == MailRead(position=4)


def test_an_unknown_event_is_named_and_never_guessed() -> None:
    with pytest.raises(UnknownEvent, match=r"found 'run\.exploded/7'.*at least as new"):
        decode(msgspec.msgpack.encode({"event": "run.exploded/7"}))


@pytest.mark.parametrize("body", [b"", b"\xc1", b"\x93\x01", b"not a journal at all", b"\x81\xa5event"])
def test_damaged_bytes_are_an_error_that_says_so(body: bytes) -> None:
    with pytest.raises(UnknownEvent):
        decode(body)


def write_golden(name: str) -> None:
    """Write today's events to a new golden file; to be called by hand when a format is added."""
    entries = [
        {"event": json.loads(msgspec.json.encode(event)), "body": b64encode(encode(event)).decode()}
        for event in every_event()
    ]
    (GOLDEN / f"{name}.json").write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
