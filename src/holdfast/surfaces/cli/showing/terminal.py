"""The way to the terminal: whatever comes from outside is made harmless here before it is shown."""

import sys
import unicodedata

from rich.console import Console
from rich.text import Text

WIDTH_WITHOUT_TERMINAL = 120
"""How wide lines are laid out where there is no terminal to ask."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control and format characters (among them those that turn the direction of text), surrogates, what is unassigned."""


def clean(text: object, *, keeps_lines: bool = False, length_max: int | None = None) -> str:
    """Return ``text`` with every character that could steer a terminal written out, such as ``\\x1b``.

    Line breaks and tabs become spaces, unless ``keeps_lines``. A text longer than ``length_max`` ends in an ellipsis.
    """
    shown = str(text)
    if not shown.isprintable():
        shown = "".join(_written_out(character, keeps_lines) for character in shown)
    if length_max is not None and len(shown) > length_max:
        shown = shown[: max(0, length_max - 1)] + "…"
    return shown


def styled(*pieces: object, style: str = "") -> Text:
    """Return ``pieces`` as text to print: cleaned, and never read as markup."""
    return Text(" ".join(clean(piece) for piece in pieces), style=style)


def out() -> Console:
    """Return the console for results."""
    return _console(sys.stdout.isatty(), stderr=False)


def err() -> Console:
    """Return the console for progress and remarks."""
    return _console(sys.stderr.isatty(), stderr=True)


def _console(is_terminal: bool, *, stderr: bool) -> Console:
    width = None if is_terminal else WIDTH_WITHOUT_TERMINAL
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False, width=width)


def _written_out(character: str, keeps_lines: bool) -> str:
    if character in "\n\t":
        return character if keeps_lines else " "
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
