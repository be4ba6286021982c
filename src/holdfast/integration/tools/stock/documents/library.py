"""Documents and an index over their passages: what is found is a span of lines, word for word."""

import re
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from holdfast.integration.tools.contract import ToolFailure
from holdfast.kernel.errors import DefinitionError

DOCUMENTS_MAX = 10_000
LIBRARY_CHARACTERS_MAX = 50_000_000
PASSAGE_LINES_MAX = 20
PASSAGE_CHARACTERS_MAX = 1_500
WORDS_MAX = 20
_WORD = re.compile(r"\w+")
_FIND = (
    "SELECT path, first_line, last_line FROM passages WHERE passages MATCH ? "
    "ORDER BY bm25(passages), path, CAST(first_line AS INTEGER) LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Quotation:
    """Lines of a document, word for word, both ends counted from 1 and included."""

    path: str
    first_line: int
    last_line: int
    text: str


class Library:
    """Texts by their paths, indexed once. May be asked by several threads."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Raises DefinitionError for more than a library holds."""
        if len(texts) > DOCUMENTS_MAX or sum(map(len, texts.values())) > LIBRARY_CHARACTERS_MAX:
            raise DefinitionError(
                f"expected at most {DOCUMENTS_MAX} documents of {LIBRARY_CHARACTERS_MAX} characters together, found "
                f"{len(texts)} of {sum(map(len, texts.values()))}: search them in a database of your own"
            )
        self._lines = {path: text.split("\n") for path, text in texts.items()}
        self._lock = threading.Lock()
        self._index = sqlite3.connect(":memory:", check_same_thread=False)
        weakref.finalize(self, self._index.close)
        self._index.execute(
            "CREATE VIRTUAL TABLE passages USING fts5 (path, first_line UNINDEXED, last_line UNINDEXED, text, "
            "tokenize = 'unicode61 remove_diacritics 2')"
        )
        self._index.executemany("INSERT INTO passages VALUES (?, ?, ?, ?)", self._passages())

    def find(self, query: str, count: int) -> list[Quotation]:
        """Return the passages that hold the most, and the rarest, of the words of ``query``."""
        words = [word for word in _WORD.findall(query) if word.isprintable()][:WORDS_MAX]
        if not words:
            raise ToolFailure("expected words to search for, found none")
        wanted = " OR ".join(f'"{word}"' for word in words)  # quoted, so that none is a part of the index's language
        with self._lock:
            found = self._index.execute(_FIND, (wanted, count)).fetchall()
        return [self.quote(path, int(first), int(last)) for path, first, last in found]

    def quote(self, path: str, first_line: int, last_line: int) -> Quotation:
        """Return these lines of a document, as far as it has them. Raises ToolFailure for what it has not."""
        lines = self._lines.get(path)
        if lines is None:
            raise ToolFailure(f"there is no document {path[:200]!r}", hint="take the path from a search")
        if not 1 <= first_line <= min(last_line, len(lines)):
            raise ToolFailure(f"expected lines between 1 and {len(lines)}, found {first_line} to {last_line}")
        last = min(last_line, len(lines))
        return Quotation(path, first_line, last, "\n".join(lines[first_line - 1 : last]))

    def _passages(self) -> Iterator[tuple[str, int, int, str]]:
        for path, lines in self._lines.items():
            for first, last in _spans(lines):
                yield path, first, last, "\n".join(lines[first - 1 : last])


def _spans(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the first and last line of each passage: a paragraph, or as much of it as a passage may hold."""
    first, characters = 0, 0
    for number, line in enumerate(lines, 1):
        is_blank = not line.strip()
        is_full = characters + len(line) > PASSAGE_CHARACTERS_MAX or (first and number - first == PASSAGE_LINES_MAX)
        if first and (is_blank or is_full):
            yield first, number - 1
            first, characters = 0, 0
        if not is_blank:
            first = first or number
            characters += len(line)
    if first:
        yield first, len(lines)
