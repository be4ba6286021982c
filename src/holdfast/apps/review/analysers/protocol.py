"""What the pool and a worker process say to each other: one JSON line a message.

A worker says Ready once; then for each job a line for every file, in order, and a last line that ends the job.
"""

import msgspec

from holdfast.apps.review.analysers.reports import ClosingReport, FileReport
from holdfast.apps.review.source.files import SourceFile
from holdfast.apps.review.source.guard import Root
from holdfast.apps.review.source.reading import LinesPage
from holdfast.apps.review.source.search import HitsPage, Query

MESSAGE_BYTES_MAX = 16_000_000


class Analyse(msgspec.Struct, frozen=True, tag="analyse"):
    """Run an analyser over these files."""

    analyser: str
    root: Root
    files: tuple[SourceFile, ...]


class Search(msgspec.Struct, frozen=True, tag="search"):
    """Look for a pattern in these files."""

    query: Query
    root: Root
    files: tuple[SourceFile, ...]


class Read(msgspec.Struct, frozen=True, tag="read"):
    """Show lines of this file, without the secrets in them."""

    root: Root
    file: SourceFile
    first: int
    last: int


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The worker has loaded its tools."""


class Found(msgspec.Struct, frozen=True, tag="found"):
    """The end of a search."""

    page: HitsPage


class Shown(msgspec.Struct, frozen=True, tag="shown"):
    """The lines that were to be read."""

    page: LinesPage


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The job cannot be done as it was given."""

    message: str


Job = Analyse | Search | Read
Message = Ready | FileReport | ClosingReport | Found | Shown | Refused

_ENCODER = msgspec.json.Encoder()
_JOBS: msgspec.json.Decoder[Job] = msgspec.json.Decoder(Job)
_MESSAGES: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)


def encode(value: Job | Message) -> bytes:
    """Return a message as a line."""
    return _ENCODER.encode(value) + b"\n"


def decode_job(line: bytes) -> Job:
    """Return the job in a line."""
    return _JOBS.decode(line)


def decode_message(line: bytes) -> Message:
    """Return the message in a line."""
    return _MESSAGES.decode(line)
