"""The tools for files beneath one folder: three that look, three that change."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from holdfast.integration.tools.contract import IdempotencyKey, Provided, Tool, tool
from holdfast.integration.tools.probe import Answer
from holdfast.integration.tools.stock.files.beneath import Beneath
from holdfast.integration.tools.stock.files.changes import (
    Written,
    appended,
    edited,
    probe_appended,
    probe_edited,
    probe_replaced,
    replaced,
)
from holdfast.integration.tools.stock.files.limits import FileLimits
from holdfast.integration.tools.stock.files.path import PATH_CHARACTERS_MAX, RelativePath
from holdfast.integration.tools.stock.files.reading import Found, Listing, Page, Reading
from holdfast.integration.tools.stock.files.writing import Writing
from holdfast.integration.tools.timing import Cancelled, Deadline
from holdfast.kernel.effects import Effect

TEXT_CHARACTERS_MAX = 200_000
WANTED_CHARACTERS_MAX = 200
CLOSING_SECONDS = 2.0
"""What is left of a call's time once its search has been stopped."""
_NO_LIMITS = FileLimits()

PathText = Annotated[
    str,
    Field(max_length=PATH_CHARACTERS_MAX, description="A path relative to the folder of these tools"),
    RelativePath(),
]
Text = Annotated[str, Field(max_length=TEXT_CHARACTERS_MAX)]
Digest = Annotated[str, Field(pattern=r"^([0-9a-f]{32})?$", description="The digest that read_file gave for the file")]


def file_tools(
    root: str | Path | Beneath, limits: FileLimits = _NO_LIMITS, *, is_read_only: bool = False
) -> tuple[Tool, ...]:
    """Return the tools for the files beneath ``root``: to look, and, unless ``is_read_only``, to change them."""
    beneath = root if isinstance(root, Beneath) else Beneath(root)
    seconds = limits.seconds_max + CLOSING_SECONDS
    looking = _looking(Reading(beneath, limits), seconds)
    if is_read_only:
        return looking
    writing = Writing(beneath, limits)
    return (*looking, _write(writing, seconds), _append(writing, seconds), _edit(writing, seconds))


def _looking(reading: Reading, seconds: float) -> tuple[Tool, ...]:
    @tool(effect=Effect.READ, timeout_seconds=seconds)
    def list_files(
        folder: PathText = "",
        after: Annotated[str, Field(max_length=PATH_CHARACTERS_MAX, description="Go on after this name")] = "",
    ) -> Listing:
        """List a folder: the names, kinds and sizes of what it holds, sorted by name."""
        return reading.listing(folder, after)

    @tool(effect=Effect.READ, timeout_seconds=seconds)
    def read_file(path: PathText, offset: Annotated[int, Field(ge=0, description="The byte to begin at")] = 0) -> Page:
        """Read a page of a text file."""
        return reading.page(path, offset)

    @tool(effect=Effect.READ, timeout_seconds=seconds)
    def search_files(
        text: Annotated[str, Field(min_length=1, max_length=WANTED_CHARACTERS_MAX, description="Plain text, any case")],
        folder: PathText = "",
        *,
        deadline: Provided[Deadline],
        cancelled: Provided[Cancelled],
    ) -> Found:
        """Find the lines that hold a text, in all text files beneath a folder."""
        return reading.search(text, folder, lambda: bool(cancelled) or deadline.seconds_left <= CLOSING_SECONDS)

    return list_files, read_file, search_files


def _write(writing: Writing, seconds: float) -> Tool:
    def was_written(path: str, text: str, digest: str) -> Answer:
        return probe_replaced(writing.present(path), path, text, digest)

    @tool(
        effect=Effect.TRANSACTIONAL,
        probe=was_written,
        postcondition=writing.read_back,
        resource=writing.resource,
        timeout_seconds=seconds,
    )
    def write_file(path: PathText, text: Text, digest: Digest = "", *, key: IdempotencyKey) -> Written:
        """Write a text file whole. To write one that is there, read it first and hand over its digest."""
        return writing.change(path, key, replaced(text, digest))

    return write_file


def _append(writing: Writing, seconds: float) -> Tool:
    def was_appended(path: str, text: str, at_byte: int) -> Answer:
        return probe_appended(writing.present(path), path, text, at_byte)

    @tool(
        effect=Effect.TRANSACTIONAL,
        probe=was_appended,
        postcondition=writing.read_back,
        resource=writing.resource,
        timeout_seconds=seconds,
    )
    def append_to_file(
        path: PathText,
        text: Text,
        at_byte: Annotated[int, Field(ge=0, description="Where the file ends now: its bytes_total; 0 for a new one")],
        *,
        key: IdempotencyKey,
    ) -> Written:
        """Put a text at the end of a file."""
        return writing.change(path, key, appended(text, at_byte))

    return append_to_file


def _edit(writing: Writing, seconds: float) -> Tool:
    def was_edited(path: str, old: str, new: str, digest: str) -> Answer:
        return probe_edited(writing.present(path), path, old, new, digest)

    @tool(
        effect=Effect.TRANSACTIONAL,
        probe=was_edited,
        postcondition=writing.read_back,
        resource=writing.resource,
        timeout_seconds=seconds,
    )
    def edit_file(
        path: PathText,
        old: Annotated[Text, Field(min_length=1, description="What stands there now, exactly, and only once")],
        new: Text,
        digest: Digest,
        *,
        key: IdempotencyKey,
    ) -> Written:
        """Change one place of a text file that you have read."""
        return writing.change(path, key, edited(old, new, digest))

    return edit_file
