"""An archive of a run as one file: a line that names the format, frames, and a seal over all of it.

A frame is its length, four bytes, and that much MessagePack: one head, then each event, payload and letter, then the
end, which counts them and carries a digest of every byte before it. Nothing of a file that is not whole is used.
"""

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from holdfast.journal.fold import fold
from holdfast.journal.new_file import new_file
from holdfast.journal.port import Delivered, NewRun, Payload, Recorded
from holdfast.journal.upkeep import Archive
from holdfast.kernel.errors import InputError, JournalError
from holdfast.kernel.faults import Reach, pass_by
from holdfast.kernel.ids import CommitId, RunId

FORMAT = b"holdfast-run/1\n"
FILE_BYTES_MAX = 2_000_000_000
UNPACKED_BYTES_MAX = 4_000_000_000
LENGTH_BYTES = 4
DIGEST_BYTES = 32
PACKING = 6


class _Head(msgspec.Struct, frozen=True, tag="head/1", kw_only=True, omit_defaults=True):
    run: RunId
    new: NewRun
    created_at: float
    updated_at: float
    epoch: int
    status: str
    is_over: bool
    begun_by: CommitId
    commit_id: CommitId
    engine: str
    """The version of Holdfast that wrote the file."""


class _Event(msgspec.Struct, frozen=True, tag="event/1"):
    recorded: Recorded


class _Payload(msgspec.Struct, frozen=True, tag="payload/1"):
    payload: Payload


class _Letter(msgspec.Struct, frozen=True, tag="letter/1"):
    letter: Delivered


class _End(msgspec.Struct, frozen=True, tag="end/1"):
    frames: int
    digest: bytes


_Frame = _Head | _Event | _Payload | _Letter | _End
_decoder: msgspec.msgpack.Decoder[_Frame] = msgspec.msgpack.Decoder(_Frame)


def write_archive(archive: Archive, path: Path, engine: str, reach: Reach = pass_by) -> None:
    """Write ``archive`` to a new file. Raises InputError if there is one, JournalError if the disk refuses."""
    with new_file(path, reach) as place, place.open("wb") as file:
        packer = zlib.compressobj(PACKING)
        file.write(FORMAT)
        for frame in _sealed(archive, engine):
            file.write(packer.compress(frame))
        file.write(packer.flush())


def read_archive(path: Path) -> Archive:
    """Return the archive in the file at ``path``.

    Raises InputError for a file that is none, is damaged or cut short, and UnknownEvent for a newer run.
    """
    try:
        if (found := path.stat().st_size) > FILE_BYTES_MAX:
            raise InputError(f"expected an exported run of at most {FILE_BYTES_MAX:,} bytes, found {found:,} in {path}")
        body = path.read_bytes()
    except OSError as failure:
        raise InputError(
            f"cannot read {path}: {failure.strerror}; name a file that 'holdfast export' wrote"
        ) from failure
    if not body.startswith(FORMAT):
        raise InputError(
            f"expected {path} to begin with {FORMAT.strip().decode()!r}, found {body[: len(FORMAT)]!r}: "
            "name a file that 'holdfast export' wrote, of this version"
        )
    try:
        archive = _archive(list(_frames(_unpacked(body))))
        _check(archive)
    except (msgspec.MsgspecError, zlib.error, _DamagedError) as error:
        raise InputError(
            f"the file {path} is damaged ({error}): export the run again, or fetch the file again"
        ) from error
    return archive


class _DamagedError(Exception):
    """What is wrong with the file, in a few words."""


def _sealed(archive: Archive, engine: str) -> Iterator[bytes]:
    seal, count = hashlib.blake2b(digest_size=DIGEST_BYTES), 0
    for frame in _told(archive, engine):
        framed = _framed(frame)
        seal.update(framed)
        count += 1
        yield framed
    yield _framed(_End(count, seal.digest()))


def _told(archive: Archive, engine: str) -> Iterator[_Frame]:
    yield _Head(engine=engine, **{name: getattr(archive, name) for name in _OF_HEAD})
    yield from map(_Event, archive.events)
    yield from map(_Payload, archive.payloads)
    yield from map(_Letter, archive.letters)


_OF_HEAD = tuple(name for name in _Head.__struct_fields__ if name != "engine")


def _framed(frame: _Frame) -> bytes:
    body = msgspec.msgpack.encode(frame)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def _unpacked(body: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    unpacked = unpacker.decompress(body[len(FORMAT) :], UNPACKED_BYTES_MAX)
    if not unpacker.eof:
        raise _DamagedError("it is cut short, or larger than a run can be")
    if unpacker.unused_data:
        raise _DamagedError("something follows its end")
    return unpacked


def _frames(body: bytes) -> Iterator[_Frame]:
    """Yield every frame before the end, once the end has been found to fit."""
    seal, at, count = hashlib.blake2b(digest_size=DIGEST_BYTES), 0, 0
    while at < len(body):
        begins = at + LENGTH_BYTES
        ends = begins + int.from_bytes(body[at:begins], "big")
        if ends > len(body):
            raise _DamagedError("it is cut short")
        frame = _decoder.decode(memoryview(body)[begins:ends])
        if isinstance(frame, _End):
            if ends != len(body) or frame != _End(count, seal.digest()):
                raise _DamagedError("its seal does not fit what it holds")
            return
        seal.update(memoryview(body)[at:ends])
        at, count = ends, count + 1
        yield frame
    raise _DamagedError("its end is missing")


def _archive(frames: list[_Frame]) -> Archive:
    if not frames or not isinstance(head := frames[0], _Head):
        raise _DamagedError("it does not say which run it holds")
    return Archive(
        **{name: getattr(head, name) for name in _OF_HEAD},
        events=tuple(frame.recorded for frame in frames if isinstance(frame, _Event)),
        payloads=tuple(frame.payload for frame in frames if isinstance(frame, _Payload)),
        letters=tuple(frame.letter for frame in frames if isinstance(frame, _Letter)),
    )


def _check(archive: Archive) -> None:
    """Raise if the journal does not say of the run what the head says, or as ``fold`` does."""
    try:
        state = fold(archive.events)
    except JournalError as error:
        if type(error) is not JournalError:
            raise
        raise _DamagedError(str(error)) from error
    said = (archive.run, archive.new.tenant, archive.new.app, archive.status, archive.is_over)
    if (state.run, state.tenant, state.app, state.status, state.is_over) != said:
        raise _DamagedError("its journal is of another run than it says")
