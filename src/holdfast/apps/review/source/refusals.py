"""Why a file was left out or could not be read, as a value: a review names and counts these and goes on."""

from enum import StrEnum

import msgspec


class Reason(StrEnum):
    """Why nothing of a file, or of a folder, was reviewed."""

    BINARY = "binary"
    UNDECODABLE = "undecodable"
    TOO_LARGE = "too large"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    OUTSIDE = "outside the root"
    SYMLINK = "symlink, never followed"
    SYMLINK_OUT = "symlink out of the root"
    SYMLINK_IN = "symlink to a place inside, reviewed under its own name"
    SYMLINK_LOOP = "symlink loop"
    SYMLINK_BROKEN = "broken symlink"
    NOT_REGULAR = "not a regular file"
    VENDORED = "vendored"
    MINIFIED = "minified"
    GENERATED = "generated"
    IGNORED_FOLDER = "ignored folder"
    LIMIT = "over a limit"


class Refusal(msgspec.Struct, frozen=True):
    """A read that did not happen, and why."""

    reason: Reason
    detail: str = ""

    def __str__(self) -> str:
        """Return the reason in words."""
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)


class Skipped(msgspec.Struct, frozen=True):
    """A file (or, ending in ``/``, a folder) of the repository that is not reviewed, and why."""

    path: str
    reason: Reason
    detail: str = ""
