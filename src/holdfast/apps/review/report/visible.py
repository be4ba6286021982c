"""Making text from a repository safe to show: what would act on a terminal, or hide, is spelled out instead."""

import unicodedata

TAB_SPACES = 4
CUT = "…"

_ACTS_OR_HIDES = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Control characters, invisible and direction-changing ones, halves of surrogate pairs, separators of lines."""


def visible(text: str) -> str:
    """Return one line in which every character shows: tabs as spaces, others as ``\\x1b`` and ``\\u202e``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def visible_lines(text: str) -> tuple[str, ...]:
    """Return the lines of a text, each made visible. Only a newline, with or without a return, ends a line."""
    return tuple(visible(line.removesuffix("\r")) for line in text.split("\n"))


def visible_prose(text: str) -> str:
    """Return prose as one line: white space is one space, everything else shows."""
    return visible(" ".join(text.split()))


def cut(text: str, chars_max: int) -> str:
    """Return ``text``, cut with a mark at its end if it is longer than ``chars_max``."""
    return text if len(text) <= chars_max else text[: chars_max - 1] + CUT


def _shown(char: str) -> str:
    if char == "\t":
        return " " * TAB_SPACES
    if unicodedata.category(char) not in _ACTS_OR_HIDES:
        return char
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
