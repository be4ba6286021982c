"""The next calls of a review, turn by turn: look around, have it analysed, read what was found, ask who calls it."""

from collections.abc import Iterable, Iterator, Mapping

from holdfast.apps.review.offline.candidates import Candidate, windows
from holdfast.apps.review.offline.schema import arguments, choices, properties
from holdfast.apps.review.offline.seen import Seen
from holdfast.integration.gateway.port import ToolSchema
from holdfast.integration.gateway.speech import Wanted

LIST_FILES, ANALYSE, READ, SEARCH = "list_files", "run_analyser", "read_lines", "search"
CALLS_PER_TURN_MAX = 12
LISTING_PAGES_MAX = 5
ANALYSER_PAGES_MAX = 5
"""How many pages of each analyser's candidates are asked for."""
READS_MAX = 24
SEARCHES_MAX = 5

Tools = Mapping[str, ToolSchema]


def look_around(seen: Seen, tools: Tools) -> list[Wanted]:
    """List the files, once."""
    if LIST_FILES not in tools or seen.of(LIST_FILES):
        return []
    return [Wanted(LIST_FILES, arguments(tools[LIST_FILES], scope=seen.scope, cursor=0))]


def analyse(seen: Seen, tools: Tools) -> list[Wanted]:
    """Run each analyser that is offered, and go on where a list or a result was not whole."""
    names = choices(tools.get(ANALYSE), "name")
    runs = [Wanted(ANALYSE, arguments(tools[ANALYSE], name=name, scope=seen.scope, cursor=0)) for name in names]
    further = [*_pages(seen, LIST_FILES, LISTING_PAGES_MAX), *_pages(seen, ANALYSE, ANALYSER_PAGES_MAX)]
    return unasked(seen, [*runs, *further, *rests(seen, tools)])


def read(seen: Seen, tools: Tools, candidates: Iterable[Candidate]) -> list[Wanted]:
    """Read around the candidates that weigh most."""
    if READ not in tools:
        return []
    places = windows(candidates, READS_MAX)
    reads = [read_call(tools[READ], place.path, place.first, place.last) for place in places]
    return unasked(seen, [*reads, *rests(seen, tools)])


def ask_who_calls(seen: Seen, tools: Tools, functions: Iterable[str]) -> list[Wanted]:
    """Search for the calls of functions that hand a value on."""
    if SEARCH not in tools:
        return []
    searches = [search_call(tools[SEARCH], f"{name}(") for name in functions]
    return unasked(seen, searches)[: max(0, SEARCHES_MAX - len(seen.of(SEARCH)))]


def read_call(tool: ToolSchema, path: str, first: int, last: int) -> Wanted:
    """Return the call that reads lines of a file."""
    return Wanted(READ, arguments(tool, path=path, first=first, last=last))


def search_call(tool: ToolSchema, text: str) -> Wanted:
    """Return the call that searches for a text."""
    parameter = next((name for name in ("text", "query", "pattern") if name in properties(tool.parameters)), "text")
    return Wanted(SEARCH, {parameter: text})


def rests(seen: Seen, tools: Tools) -> list[Wanted]:
    """Return the calls that read on in results that were shown in part."""
    return [result.rest for result in seen.results if result.rest is not None and result.rest.tool in tools]


def unfinished(seen: Seen, tool: str, pages_max: int) -> Iterator[str]:
    """Yield what a tool would still have told: by name where it has one."""
    for result in seen.of(tool):
        cursor = result.fields.get("next_cursor")
        if cursor is not None and _page_number(seen, tool, result.arguments) >= pages_max:
            yield str(result.arguments.get("name", tool))


def _pages(seen: Seen, tool: str, pages_max: int) -> Iterator[Wanted]:
    for result in seen.of(tool):
        cursor = result.fields.get("next_cursor")
        if cursor is not None and _page_number(seen, tool, result.arguments) < pages_max:
            yield Wanted(tool, {**result.arguments, "cursor": cursor})


def _page_number(seen: Seen, tool: str, asked: Mapping[str, object]) -> int:
    """Return which page a call asked for, from 1: how many calls differ from it by the cursor alone, up to it."""
    same = [result.arguments for result in seen.of(tool) if _without_cursor(result.arguments) == _without_cursor(asked)]
    return same.index(dict(asked)) + 1


def _without_cursor(asked: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in asked.items() if name != "cursor"}


def unasked(seen: Seen, wanted: Iterable[Wanted]) -> list[Wanted]:
    """Return what was not asked yet, each once and no more than one turn's worth."""
    chosen: list[Wanted] = []
    for call in wanted:
        if call not in chosen and not seen.has_asked(call.tool, call.arguments):
            chosen.append(call)
    return chosen[:CALLS_PER_TURN_MAX]
