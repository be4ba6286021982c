"""Source files that no test speaks of: the names of modules are looked for among the words of the tests."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from holdfast.apps.review.analysers.subject import Conclusion, Inspection, Rule, Sighting, Subject
from holdfast.apps.review.source.files import Role
from holdfast.apps.review.source.languages import CODE

SOURCE_LINES_MIN = 30  # shorter files have little to test
WORDS_MAX = 2_000_000
NAMES_SHOWN_MAX = 8

UNTESTED = Rule(
    "modules-without-test",
    "No test speaks of these files",
    "low",
    "Nothing shows that they work, or go on working: test what others rely on.",
    1059,
)
NO_TESTS = Rule(
    "project-without-tests",
    "The project has no tests",
    "medium",
    "No change can be made with confidence: begin with what must not break.",
    1059,
)
_WORD = re.compile(r"\w+")
_NOT_TESTED_BY_NAME = frozenset(
    (
        "__init__",
        "__main__",
        "__about__",
        "setup",
        "conf",
        "conftest",
        "manage",
        "version",
        "_version",
        "index",
        "types",
    )
)
_LANGUAGES_OUT = frozenset(
    ("HTML", "Template", "Dockerfile", "Makefile", "CMake", "Terraform", "SQL", "Shell", "Batch", "PowerShell")
)


class TestPresenceInspector:
    """Gathers the words of all tests and the names of all sources; the rest is a comparison at the end."""

    __test__ = False  # its name begins like a test's

    def __init__(self) -> None:
        self._sources: list[Subject] = []
        self._source_lines = 0
        self._test_lines = 0
        self._words: set[str] = set()

    def inspect(self, subject: Subject) -> Inspection:
        """Take note of a file."""
        if subject.language not in CODE or subject.language in _LANGUAGES_OUT:
            return Inspection()
        if subject.role is Role.TEST:
            self._test_lines += len(subject.lines)
            if len(self._words) < WORDS_MAX:
                self._words.update(_WORD.findall(subject.text))
                self._words.update(_WORD.findall(subject.path))
        elif subject.role is Role.SOURCE:
            self._source_lines += len(subject.lines)
            if len(subject.lines) >= SOURCE_LINES_MIN and _stem(subject) not in _NOT_TESTED_BY_NAME:
                head = subject.lines[: _first_written(subject.lines)]
                self._sources.append(Subject(subject.path, subject.language, subject.role, "", head))
        return Inspection()

    def conclude(self) -> Conclusion:
        """Name the sources no test names; without any test, say that once."""
        if not self._source_lines:
            return Conclusion(notes=["there is no source code to test"])
        ratio = f"{self._test_lines:,} lines of tests for {self._source_lines:,} lines of source"
        if not self._test_lines:
            told = [(source, _at_head(source, NO_TESTS, 0.8, f"{ratio}.")) for source in self._sources[:1]]
            return Conclusion(told, notes=[ratio])
        untested = [source for source in self._sources if not self._is_named(source)]
        counted = f"{ratio}; {len(self._sources) - len(untested)} of {len(self._sources)} files are named in a test"
        return Conclusion(list(_by_folder(untested)), notes=[counted])

    def versions(self) -> dict[str, str]:
        """Name nothing: the comparison is our own."""
        return {}

    def _is_named(self, source: Subject) -> bool:
        stem = _stem(source)
        bare = stem.strip("_")
        return any(
            name in self._words for name in (stem, bare, f"test_{bare}", f"{bare}_test", f"{bare}Test", f"{bare}Tests")
        )


def _by_folder(untested: list[Subject]) -> Iterator[tuple[Subject, Sighting]]:
    """Tell once a folder, at its first file: one line for each file would bury all else."""
    folders: dict[str, list[Subject]] = {}
    for source in untested:
        folders.setdefault(source.path.rpartition("/")[0], []).append(source)
    for sources in folders.values():
        names = ", ".join(PurePosixPath(source.path).name for source in sources[:NAMES_SHOWN_MAX])
        more = f" and {len(sources) - NAMES_SHOWN_MAX} more" if len(sources) > NAMES_SHOWN_MAX else ""
        yield sources[0], _at_head(sources[0], UNTESTED, 0.5, f"{len(sources)} here: {names}{more}.")


def _at_head(source: Subject, rule: Rule, confidence: float, detail: str = "") -> Sighting:
    line = max(1, len(source.lines))
    return Sighting(rule, line, line, confidence, "test names", detail=detail)


def _first_written(lines: tuple[str, ...]) -> int:
    """Return the number of the first line that holds anything."""
    return next((number for number, line in enumerate(lines, start=1) if line.strip()), 0)


def _stem(subject: Subject) -> str:
    return PurePosixPath(subject.path).name.split(".")[0]
