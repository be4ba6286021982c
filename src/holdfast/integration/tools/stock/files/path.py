"""What counts as a path beneath a folder, by its text."""

from dataclasses import dataclass

from holdfast.integration.tools.checks.objection import Objection
from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.files.beneath import Segments

PATH_CHARACTERS_MAX = 1_000
SEGMENTS_MAX = 40
SEGMENT_BYTES_MAX = 255
OWN_PREFIX, OWN_SUFFIX = ".hf_", ".part"
"""Around the names of files that are being written; nobody else sees or names them."""


@dataclass(frozen=True, slots=True)
class RelativePath:
    """A path such as ``notes/today.md``: relative, without ``..``. Where it leads is found out when it is opened."""

    name = "relative_path"

    @property
    def definition(self) -> tuple[object, ...]:
        return (self.name,)

    def objection(self, value: object) -> Objection | None:
        reason = "it is no text" if not isinstance(value, str) else _reason(value)
        return None if reason is None else Objection(f"a relative path ({reason})", value, example="notes/today.md")


def segments(path: str) -> Segments:
    """Return the parts of ``path``; none for the folder itself. Raises ToolFailure where it may lead elsewhere."""
    if (reason := _reason(path)) is not None:
        raise ToolFailure(f"expected a relative path, found {path[:80]!r}: {reason}", hint="for example notes/today.md")
    return _parts(path)


def is_own(name: str) -> bool:
    """Whether a file is one that is just being written."""
    return name.startswith(OWN_PREFIX) and name.endswith(OWN_SUFFIX)


def _reason(path: str) -> str | None:
    parts = _parts(path)
    if path.startswith("/"):
        return "it begins at the root"
    if len(path) > PATH_CHARACTERS_MAX or len(parts) > SEGMENTS_MAX:
        return f"it is longer than {PATH_CHARACTERS_MAX} characters or {SEGMENTS_MAX} parts"
    if any(not part.isprintable() for part in parts):
        return "it holds characters that cannot be seen"
    if any(part == ".." for part in parts):
        return "it goes up by '..'"
    if any(len(part.encode()) > SEGMENT_BYTES_MAX or is_own(part) for part in parts):
        return "a part of it is too long, or a name that these tools use themselves"
    return None


def _parts(path: str) -> Segments:
    return tuple(part for part in path.split("/") if part not in ("", "."))
