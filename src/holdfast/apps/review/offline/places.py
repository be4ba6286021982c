"""What the place of a line says about it: shipped, test or sample; a comment; marked as accepted; a placeholder."""

import enum
import re
from collections.abc import Mapping

_TEST = re.compile(
    r"(?:^|/)(?:tests?|testing|specs?|__tests__|e2e|testdata|fixtures)/|(?:^|/)(?:test_|conftest\.)[^/]*$|"
    r"(?:_tests?|\.test|\.spec|_spec)\.\w+$",
    re.IGNORECASE,
)
_SAMPLE = re.compile(
    r"(?:^|/)(?:examples?|samples?|demos?|docs?|documentation|tutorials?|bench(?:marks?)?)/", re.IGNORECASE
)
_COMMENT = re.compile(r"^\s*(?:#(?!!)|//|/\*|\*(?:\s|/|$)|<!--|--\s|;;|>>>\s|\.\.\.\s)")
_ACCEPTED = re.compile(
    r"#\s*(?:nosec\b|noqa(?![:\w])|noqa:[\s\w,]*\bS\d)|\bnosemgrep\b|\bNOSONAR\b|pragma:\s*allowlist|eslint-disable|noinspection",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"change[-_ ]?me|replace[-_ ]?me|your[-_ ]|placeholder|example|dummy|\bfake\b|\bsample\b|x{4,}|\*{3,}|<[\w -]+>|"
    r"\$\{|\{\{|\btodo\b|not[-_ ]?a[-_ ]?(?:real[-_ ]?)?secret",
    re.IGNORECASE,
)
_LOOKED_UP = re.compile(
    r"""\bos\.environ\[|(?:getenv|environ\.get)\(\s*["']\w+["']\s*\)|\bprocess\.env\.\w+\s*(?:[;,)]|$)|\bENV\[|\bvault\."""
)


_DOCSTRING_MARKS = ('"""', "'''")


class Part(enum.Enum):
    """The part that a file plays."""

    SHIPPED = "code that ships"
    TEST = "test code"
    SAMPLE = "a sample or documentation"


def part_of(path: str) -> Part:
    """Return the part a file plays, by its path."""
    if _TEST.search(path):
        return Part.TEST
    return Part.SAMPLE if _SAMPLE.search(path) else Part.SHIPPED


def is_comment(line: str) -> bool:
    """Whether a line is a comment, or a line of an example in a docstring."""
    return _COMMENT.match(line) is not None


def is_in_docstring(lines: Mapping[int, str], number: int) -> bool:
    """Whether a line stands in the docstring of a module, class or function, as far as the lines above were read."""
    for above in range(number, 0, -1):
        line = lines.get(above)
        if line is None:
            return False
        if mark := next((mark for mark in _DOCSTRING_MARKS if mark in line), ""):
            begins = line.lstrip().removeprefix("r").startswith(mark) and _may_document(lines, above)
            return begins and (above == number or line.count(mark) == 1)
    return False


def _may_document(lines: Mapping[int, str], number: int) -> bool:
    return number == 1 or lines.get(number - 1, "").rstrip().endswith(":")


def is_accepted(line: str) -> bool:
    """Whether the code itself says that a check is to pass over this line."""
    return _ACCEPTED.search(line) is not None


def is_placeholder(line: str) -> bool:
    """Whether what looks like a secret is there to be replaced, or is looked up elsewhere."""
    return _PLACEHOLDER.search(line) is not None or _LOOKED_UP.search(line) is not None
