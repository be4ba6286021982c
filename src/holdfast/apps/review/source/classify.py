"""Which files are read as code: what a file's content and name say it is, or why it is left out."""

import hashlib
import re

from holdfast.apps.review.source.files import SourceFile, is_lock, role_of
from holdfast.apps.review.source.languages import language_of
from holdfast.apps.review.source.refusals import Reason, Refusal, Skipped
from holdfast.apps.review.source.text import decode, lines_of

FILE_BYTES_MAX = 2_000_000
LOCK_BYTES_MAX = 20_000_000
GENERATED_HEAD_LINES = 10
MINIFIED_BYTES_MIN = 4_000
MINIFIED_LINE_CHARS = 400  # a mean over this, in a style sheet or script, is not written by hand

_MINIFIED_NAME = re.compile(r"[.-]min\.(?:js|css|mjs|cjs|html)$|\.(?:js|css|mjs)\.map$|\.bundle\.js$", re.IGNORECASE)
_MINIFIED_LANGUAGES = frozenset(("JavaScript", "TypeScript", "CSS"))
_GENERATED_NAME = re.compile(
    r"(?:_pb2(?:_grpc)?\.pyi?|\.pb\.(?:go|cc|h)|\.g\.dart|\.designer\.cs|_generated\.\w+)$", re.IGNORECASE
)
_GENERATED_HEAD = re.compile(
    r"^\s*(?:#|//|/\*|\*|--|;|<!--|%).*?(?:@generated\b|code generated .*do not edit|do not edit.*generated"
    r"|\b(?:auto-?)?generated (?:by|from|with)\b|this file (?:is|was) (?:auto-?matically |auto-?)generated)",
    re.IGNORECASE,
)


def bytes_max_of(path: str) -> int:
    """Return how large a file may be to be read at all; lock files grow larger than what people write."""
    return LOCK_BYTES_MAX if is_lock(path) else FILE_BYTES_MAX


def classify(path: str, data: bytes) -> SourceFile | Skipped:
    """Say what a file is by its whole content."""
    if _MINIFIED_NAME.search(path):
        return Skipped(path, Reason.MINIFIED)
    text = decode(data)
    if isinstance(text, Refusal):
        return Skipped(path, text.reason, text.detail)
    lines = lines_of(text)
    name = path.rpartition("/")[2]
    language = language_of(name, lines[0] if lines else "")
    file = SourceFile(path, language, role_of(path), len(lines), len(data), hashlib.sha256(data).hexdigest())
    if not file.is_reviewable:
        return file
    if language in _MINIFIED_LANGUAGES and _is_minified(len(data), len(lines)):
        return Skipped(path, Reason.MINIFIED, f"{len(data) // max(1, len(lines)):,} bytes a line")
    if file.is_code and is_generated(name, lines):
        return Skipped(path, Reason.GENERATED, "it says so itself")
    return file


def is_generated(name: str, lines: tuple[str, ...]) -> bool:
    """Whether a program wrote the file, by its name or by a comment in its head."""
    return bool(_GENERATED_NAME.search(name)) or any(map(_GENERATED_HEAD.match, lines[:GENERATED_HEAD_LINES]))


def _is_minified(byte_count: int, line_count: int) -> bool:
    return byte_count > MINIFIED_BYTES_MIN and byte_count > line_count * MINIFIED_LINE_CHARS
