"""Where a value in a line of code comes from, as far as a reader of the lines around it can tell.

Reading is by the line, upwards from the line that uses the value to the head of its function. It is what a quick reader
does: names, assignments, parameters, and nothing that only running would show.
"""

from collections.abc import Mapping

import msgspec

from holdfast.apps.review.offline.idioms import (
    Origin,
    assignment_in,
    cleaned_in,
    function_headed,
    indent,
    is_class_head,
    is_route,
    names_in,
    origin_in,
    parameters_in,
)

HEAD_LINES_MAX = 8
"""Over how many lines the head of a function may stretch."""

Lines = Mapping[int, str]
"""Line numbers → their text, those that were read."""


class Hop(msgspec.Struct, frozen=True):
    """A line on the way of a value."""

    line: int
    text: str
    note: str


class Trail(msgspec.Struct, frozen=True):
    """What reading upwards has shown."""

    origin: Origin
    hops: tuple[Hop, ...] = ()
    """From the source down, without the line the reading began at."""
    function: str = ""
    """The function the line stands in, if its head was read."""
    is_method: bool = False
    """Whether that function stands in something else, such as a class."""
    is_whole: bool = True
    """Whether reading went as far as it could; otherwise more lines above might tell more."""
    cleaned_by: str = ""
    """What checks or escapes the value on its way."""


def trail_of(lines: Lines, first: int, last: int, *, used: str | None = None) -> Trail:
    """Return where the values used in lines ``first`` to ``last``, or in a part ``used`` of them, come from."""
    if used is None:
        used = "\n".join(lines.get(number, "") for number in range(first, last + 1))
    if (origin := origin_in(used)) is not None:
        return Trail(origin, cleaned_by=cleaned_in(used))
    return _Reader(lines, names_in(used)).read(first)


class _Reader:
    """Reads upwards with the names it still wants to know the source of."""

    def __init__(self, lines: Lines, wanted: frozenset[str]) -> None:
        self._lines, self._wanted = lines, wanted
        self._hops: list[Hop] = []
        self._cleaned_by = ""

    def read(self, first: int) -> Trail:
        top, is_whole = self._top_above(first)
        head = self._lines.get(top, "")
        is_headed = bool(function_headed(head)) and indent(head) < indent(self._lines.get(first, ""))
        body = top + self._head_text(top).count("\n") if is_headed else top
        for number in range(first - 1, body - 1, -1):
            if not self._wanted:
                break
            if (origin := self._assigned(number, self._lines[number])) is not None:
                return self._trail(origin)
        if not self._wanted:
            return self._trail(Origin.CONSTANT)
        return self._at_head(top) if is_headed else self._trail(Origin.UNKNOWN, is_whole=is_whole)

    def _top_above(self, first: int) -> tuple[int, bool]:
        """Return how far up to read: to the head of a function or class or of the file, or to where nothing was read.

        The second tells whether there is nothing more to read above.
        """
        depth = indent(self._lines.get(first, ""))
        for number in range(first - 1, 0, -1):
            line = self._lines.get(number)
            if line is None:
                return number + 1, False
            if indent(line) < depth and (function_headed(line) or is_class_head(line)):
                return number, True
        return 1, True

    def _assigned(self, number: int, line: str) -> Origin | None:
        """Follow an assignment to a wanted name; return where its value comes from, if the line tells."""
        said = assignment_in(line)
        if said is None or not said.targets & self._wanted:
            return None
        self._cleaned_by = self._cleaned_by or cleaned_in(said.value)
        self._wanted = (self._wanted - said.targets) | names_in(said.value)
        origin = origin_in(said.value)
        name = ", ".join(sorted(said.targets))
        note = f"{name}: read from the {origin.value}" if origin else f"{name}: set"
        self._hops.insert(0, Hop(number, line.strip(), note))
        return origin

    def _at_head(self, number: int) -> Trail:
        head = self._lines[number]
        name, is_method = function_headed(head), indent(head) > 0
        given = ", ".join(sorted(parameters_in(self._head_text(number)) & self._wanted))
        if not given:
            return self._trail(Origin.UNKNOWN, name, is_method=is_method)
        by_framework = self._is_route(number)
        note = f"{given}: given by {'the web framework, from the request' if by_framework else 'the caller'}"
        self._hops.insert(0, Hop(number, head.strip(), note))
        return self._trail(Origin.REQUEST if by_framework else Origin.PARAMETER, name, is_method=is_method)

    def _head_text(self, number: int) -> str:
        text = ""
        for line in range(number, number + HEAD_LINES_MAX):
            text += self._lines.get(line, "") + "\n"
            if text.rstrip().endswith((":", "{", "=>")):
                break
        return text

    def _is_route(self, number: int) -> bool:
        """Whether one of the decorators over a head makes it a route."""
        above = number - 1
        while self._lines.get(above, "").lstrip().startswith(("@", ")")):
            if is_route(self._lines[above]):
                return True
            above -= 1
        return False

    def _trail(self, origin: Origin, function: str = "", *, is_method: bool = False, is_whole: bool = True) -> Trail:
        return Trail(origin, tuple(self._hops), function, is_method, is_whole, self._cleaned_by)
