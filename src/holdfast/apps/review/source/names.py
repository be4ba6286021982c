"""How a file's name is written: whatever bytes the disk holds, as one printable line that can be turned back.

A name may hold newlines, control or direction-changing characters, or bytes that are no UTF-8. Inside the review a
path is always the *shown* form: printable characters stand for themselves, a backslash is doubled, every other byte is
``\\xNN``. ``raw(shown(name)) == name`` for every name, so nothing is lost and nothing can disturb a terminal.
"""

import re

from holdfast.kernel.errors import InputError

_ESCAPE = re.compile(r"\\(?:(\\)|x([0-9a-f]{2})|)")
_FIRST_SURROGATE = 0xDC00  # where "surrogateescape" puts the bytes that are no UTF-8


def shown(name: bytes) -> str:
    """Return the name in printable form."""
    text = name.decode("utf-8", "surrogateescape")
    if text.isprintable() and "\\" not in text:
        return text
    return "".join(map(_shown_character, text))


def raw(path: str) -> bytes:
    """Return the bytes a shown path stands for.

    Raises InputError if the path was not written by ``shown``: a lone backslash, or text that is no UTF-8.
    """
    pieces: list[bytes] = []
    position = 0
    try:
        for match in _ESCAPE.finditer(path):
            pieces.append(path[position : match.start()].encode("utf-8"))
            pieces.append(_raw_escape(match, path))
            position = match.end()
        pieces.append(path[position:].encode("utf-8"))
    except UnicodeEncodeError as error:
        raise InputError(
            f"expected a path as listed, found {path!a}, which is not text: take it from the list"
        ) from error
    return b"".join(pieces)


def _shown_character(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character.isprintable():
        return character
    code = ord(character)
    if _FIRST_SURROGATE <= code <= _FIRST_SURROGATE + 0xFF:
        return f"\\x{code - _FIRST_SURROGATE:02x}"
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8"))


def _raw_escape(match: re.Match[str], path: str) -> bytes:
    backslash, code = match.groups()
    if backslash:
        return b"\\"
    if code:
        return bytes.fromhex(code)
    raise InputError(
        f"expected a path as listed, found {path!a} with a lone backslash: write it \\\\, or \\xNN for a byte"
    )
