"""Who calls a function, and where what they pass comes from: the step from one function to the next."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from holdfast.apps.review.offline import plan
from holdfast.apps.review.offline.code import Code
from holdfast.apps.review.offline.flow import Lines, Trail, trail_of
from holdfast.apps.review.offline.idioms import Origin, function_headed
from holdfast.apps.review.offline.places import Part, part_of
from holdfast.apps.review.offline.plan import Tools
from holdfast.apps.review.offline.seen import Seen
from holdfast.integration.gateway.speech import Wanted

ABOVE_LINES = 60
CALL_LINES_MAX = 4
"""How far below its first line a call may go on."""
CALLS_MAX = 6
"""How many calls of one function are looked at."""

Place = tuple[str, int]
"""A path and a line."""


class Callee(msgspec.Struct, frozen=True):
    """A function that hands on a value it is given."""

    name: str
    path: str
    is_method: bool

    def called_in(self, line: str) -> str | None:
        """Return what stands behind the opening of a call of it, None if the line does not call it.

        A method is called on anything; a function by its bare name, or on the name of its file.
        """
        file = re.escape(self.path.rpartition("/")[2].partition(".")[0])
        before = r"(?<![\w$])" if self.is_method else rf"(?:(?<![\w.$])|(?<![\w.$])(?:\w+\.)*{file}\.)"
        call = re.search(rf"{before}{re.escape(self.name)}\(", line)
        return line[call.end() :] if call else None


class CallSite(msgspec.Struct, frozen=True):
    """A call of a function, and where what it passes comes from."""

    path: str
    line: int
    text: str
    trail: Trail

    @property
    def passes_request(self) -> bool:
        """Whether it hands on a value of a request that nothing has cleaned."""
        return self.trail.origin is Origin.REQUEST and not self.trail.cleaned_by


def calls_of(callee: Callee, seen: Seen) -> list[Place]:
    """Return where code that ships calls the function, by what searching has shown.

    A file that has a function of this name calls its own, so it does not count unless it is this one.
    """
    found = [line for result in seen.of(plan.SEARCH) for line in _lines_in(result.items("matches"))]
    homes = {path for path, _, text in found if function_headed(text) == callee.name} - {callee.path}
    calls = [
        (path, line)
        for path, line, text in found
        if path not in homes and function_headed(text) != callee.name and callee.called_in(text) is not None
    ]
    return list(dict.fromkeys(place for place in calls if part_of(place[0]) is Part.SHIPPED))[:CALLS_MAX]


def read_around(places: Iterable[Place], seen: Seen, tools: Tools) -> list[Wanted]:
    """Return the calls that read what leads to these places."""
    if plan.READ not in tools:
        return []
    tool = tools[plan.READ]
    reads = [plan.read_call(tool, path, max(1, line - ABOVE_LINES), line + CALL_LINES_MAX) for path, line in places]
    return plan.unasked(seen, reads)


def sites_of(callee: Callee, places: Iterable[Place], code: Code) -> Sequence[CallSite]:
    """Return the calls of the function among these places, as far as they were read."""
    return [site for path, line in places if (site := _site(callee, path, line, code.get(path, {}))) is not None]


def _lines_in(matches: Iterable[object]) -> Iterator[tuple[str, int, str]]:
    for match in matches:
        match match:
            case {"path": str(path), "line": int(line), "text": str(text)}:
                yield path, line, text
            case _:
                pass


def _site(callee: Callee, path: str, line: int, lines: Lines) -> CallSite | None:
    text = lines.get(line, "")
    passed = callee.called_in(text)
    if passed is None:
        return None
    for further in range(line + 1, line + 1 + CALL_LINES_MAX):
        if passed.count("(") < passed.count(")"):
            break
        passed += "\n" + lines.get(further, "")
    return CallSite(path, line, text.strip(), trail_of(lines, line, line, used=passed))
