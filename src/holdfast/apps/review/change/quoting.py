"""How git writes file names: C quotes, prefixes, bytes that are no text."""

import re

_ESCAPE = re.compile(rb'\\([0-7]{3}|[abtnvfr"\\])')
_NAMED = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b'"': 34, b"\\": 92}
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"')
_NOWHERE = b"/dev/null"


def decoded(raw: bytes) -> str:
    """Return a line of a diff as text; what is no UTF-8 is shown as ``\\xff``, so that it can be stored."""
    return raw.decode("utf-8", "backslashreplace")


def unquoted(name: bytes) -> bytes:
    """Return a name as it is on disk, whether git quoted it or not."""
    if len(name) < 2 or not (name.startswith(b'"') and name.endswith(b'"')):
        return name
    return _ESCAPE.sub(lambda match: bytes([_byte(match[1])]), name[1:-1])


def header_name(written: bytes, prefix: bytes) -> bytes | None:
    """Return the name in a ``---`` or ``+++`` line, None for ``/dev/null``. A name with blanks ends in a tab there."""
    name = unquoted(written.removesuffix(b"\t"))
    return None if name == _NOWHERE else name.removeprefix(prefix)


def names_of_equal_pair(pair: bytes) -> bytes | None:
    """Return NAME of ``a/NAME b/NAME``: all a header has to tell where nothing but the mode changed."""
    if match := _QUOTED.match(pair):
        first, second = unquoted(match.group()), unquoted(pair[match.end() + 1 :])
    else:
        half = len(pair) // 2
        first, second = pair[:half], pair[half + 1 :]
    if first.startswith(b"a/") and second.startswith(b"b/") and first[2:] == second[2:]:
        return first[2:]
    return None


def _byte(escape: bytes) -> int:
    return _NAMED[escape] if escape in _NAMED else int(escape, 8) & 0xFF
