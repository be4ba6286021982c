"""How wide a text is, and where its lines break: widths as in DejaVu Sans, which those of Verdana equal. Pure."""

import unicodedata
from collections.abc import Iterator

SMALL, LARGE = 12.0, 14.0
"""Sizes of letters."""
LEADING = 1.35
"""From line to line, in sizes of a letter."""
LINES_MAX = 8
CUT = "…"
_WIDTHS = {
    0.28: "'ijl",
    0.32: "IJ ,.·",
    0.37: "/:;\\|f-",
    0.42: "()[]t!r",
    0.5: '"*_`–',
    0.56: "sz?cL",
    0.62: "FkvxyPTYaeo",
    0.64: "$0123456789ESbdghnpqu{}",
    0.7: "KABVXZCR",
    0.79: "UNH&DGOQ",
    0.84: "w#+<=>^~✓✗⊘→×",
    0.88: "M◐",
}
"""In sizes of a letter, by the letters that are no wider."""
_WIDTH = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
_WIDEST = 1.0
_NO_WIDTH = frozenset(("Mn", "Me"))
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def shown(text: str) -> str:
    """Return ``text`` in one line, with what cannot be seen, or would turn what can, made visible."""
    told = " ".join(text.split())
    return "".join("\ufffd" if unicodedata.category(letter) in _UNSEEN else letter for letter in told)


def width(text: str, size: float) -> float:
    """Return how wide ``text`` is at most."""
    return size * sum(0.0 if unicodedata.category(each) in _NO_WIDTH else _WIDTH.get(each, _WIDEST) for each in text)


def wrapped(text: str, size: float, width_max: float) -> list[str]:
    """Return ``text`` in lines that are no wider, at most ``LINES_MAX``: broken at spaces, and inside of long words."""
    lines: list[str] = [""]
    for word in _words(shown(text), size, width_max):
        longer = f"{lines[-1]} {word}".strip()
        if width(longer, size) <= width_max:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) <= LINES_MAX:
        return lines
    last = lines[LINES_MAX - 1]
    while last and width(last + CUT, size) > width_max:
        last = last[:-1]
    return [*lines[: LINES_MAX - 1], last + CUT]


def _words(text: str, size: float, width_max: float) -> Iterator[str]:
    for word in text.split():
        piece = ""
        for letter in word:
            if piece and width(piece + letter, size) > width_max:
                yield piece
                piece = ""
            piece += letter
        yield piece
