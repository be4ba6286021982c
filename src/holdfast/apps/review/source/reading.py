"""How the text of one file is read again after the inventory: whole for an analyser, in numbered pages for an agent."""

from collections.abc import Callable, Sequence

import msgspec

from holdfast.apps.review.source.classify import bytes_max_of
from holdfast.apps.review.source.guard import Root
from holdfast.apps.review.source.refusals import Refusal
from holdfast.apps.review.source.text import decode, lines_of
from holdfast.kernel.errors import InputError

PAGE_LINES_MAX = 400
LINE_CHARS_MAX = 500
CUT_MARK = "…"

Show = Callable[[Sequence[str]], Sequence[str]]
"""What is done to lines, whole as they are, before they are shown."""


class NumberedLine(msgspec.Struct, frozen=True):
    """One line as it stands in the file; ``is_cut`` if it was too long to give whole."""

    number: int
    text: str
    is_cut: bool = False


class LinesPage(msgspec.Struct, frozen=True):
    """Some lines of a file. ``next_line`` is where to read on, None at the end."""

    path: str
    lines: tuple[NumberedLine, ...]
    lines_total: int
    next_line: int | None

    def as_text(self) -> str:
        """Return the page as people read it: a number, a bar, the line."""
        width = len(str(self.lines[-1].number)) if self.lines else 1
        return "\n".join(
            f"{line.number:>{width}} | {line.text}{CUT_MARK if line.is_cut else ''}" for line in self.lines
        )


def read_text(root: Root, path: str) -> str | Refusal:
    """Return a file's text as it stands now, or why it is not given."""
    data = root.read(path, bytes_max=bytes_max_of(path))
    return data if isinstance(data, Refusal) else decode(data)


def page_of(path: str, text: str, first: int, last: int, show: Show = tuple) -> LinesPage:
    """Return lines ``first`` to ``last``, counted from 1, at most PAGE_LINES_MAX of them, as ``show`` gives them.

    Raises InputError if the range is not one; a range beyond the end is an empty page.
    """
    if first < 1 or last < first:
        raise InputError(
            f"expected lines first to last with 1 <= first <= last, found {first} to {last}: ask for a range forwards"
        )
    lines = lines_of(text)
    end = min(last, first + PAGE_LINES_MAX - 1, len(lines))
    shown = show(lines[first - 1 : end])
    page = tuple(cut(number, line) for number, line in enumerate(shown, start=first))
    return LinesPage(path, page, len(lines), end + 1 if first <= end < len(lines) else None)


def cut(number: int, text: str) -> NumberedLine:
    """Return a line, cut at LINE_CHARS_MAX; what is left stands in the file as it is."""
    return NumberedLine(number, text[:LINE_CHARS_MAX], len(text) > LINE_CHARS_MAX)
