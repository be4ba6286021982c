"""Finding text in the repository: every place in a stable order, a page at a time.

A pattern is literal unless it is said to be a regular expression. ``re`` cannot be interrupted, so an expression that
backtracks without end can only be stopped from outside: an agent's search runs in a worker process that is killed on
timeout (``analysers.pool``). Nothing here guesses which expressions are safe.
"""

import re
from collections.abc import Callable, Iterable

import msgspec

from holdfast.apps.review.source.files import SourceFile
from holdfast.apps.review.source.globs import matches
from holdfast.apps.review.source.guard import Root
from holdfast.apps.review.source.reading import NumberedLine, cut, read_text
from holdfast.apps.review.source.refusals import Refusal
from holdfast.apps.review.source.text import lines_of
from holdfast.kernel.errors import InputError

PATTERN_CHARS_MAX = 500
PAGE_HITS_MAX = 200

Finder = Callable[[str], bool]
ShowHit = Callable[[SourceFile, str], str]
"""What is done to a line that was found, whole as it is, before it is shown."""


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for and where. ``offset`` counts hits to pass over, for the next page."""

    pattern: str
    glob: str = "**"
    is_regex: bool = False
    is_case_sensitive: bool = True
    offset: int = 0
    hits_max: int = 50


class Hit(msgspec.Struct, frozen=True):
    """One line that holds the pattern."""

    path: str
    line: NumberedLine


class HitsPage(msgspec.Struct, frozen=True):
    """Some hits in order of path and line. ``next_offset`` asks for the next page, None at the end."""

    hits: tuple[Hit, ...]
    hits_total: int
    files_searched: int
    next_offset: int | None


def search(root: Root, files: Iterable[SourceFile], query: Query, show: ShowHit = lambda _, line: line) -> HitsPage:
    """Search the files in order. Raises InputError if the query cannot be used."""
    finder = compile_query(query)
    page: list[Hit] = []
    total = searched = 0
    for file in files:
        if not matches(file.path, query.glob):
            continue
        text = read_text(root, file.path)
        if isinstance(text, Refusal):
            continue
        searched += 1
        if not query.is_regex and query.is_case_sensitive and query.pattern not in text:
            continue
        for number, line in enumerate(lines_of(text), start=1):
            if finder(line):
                if query.offset <= total < query.offset + query.hits_max:
                    page.append(Hit(file.path, cut(number, show(file, line))))
                total += 1
    end = query.offset + len(page)
    return HitsPage(tuple(page), total, searched, end if end < total and page else None)


def compile_query(query: Query) -> Finder:
    """Check a query and return what tells whether a line holds its pattern. Raises InputError if it cannot be used."""
    if not query.pattern or len(query.pattern) > PATTERN_CHARS_MAX or "\n" in query.pattern:
        raise InputError(
            f"expected one line of 1 to {PATTERN_CHARS_MAX} characters, found {len(query.pattern)}: search line by line"
        )
    if not 1 <= query.hits_max <= PAGE_HITS_MAX or query.offset < 0:
        raise InputError(
            f"expected 1 to {PAGE_HITS_MAX} hits from offset 0 on, found {query.hits_max} from {query.offset}: fix it"
        )
    matches("x", query.glob)  # refuses a bad glob before anything is read
    flags = re.NOFLAG if query.is_case_sensitive else re.IGNORECASE
    try:
        expression = re.compile(query.pattern if query.is_regex else re.escape(query.pattern), flags)
    except (re.error, RecursionError, OverflowError) as error:
        raise InputError(
            f"expected a regular expression, found {query.pattern!r} ({error}): correct it, or search for it literally"
        ) from error
    return lambda line: expression.search(line) is not None
