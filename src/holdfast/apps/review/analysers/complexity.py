"""Functions that are hard to follow: too many branches, too long, too many parameters, as lizard counts them."""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Protocol

from lizard import analyze_file, get_reader_for  # type: ignore[import-untyped]  # lizard ships no types

from holdfast.apps.review.analysers.candidate import Severity
from holdfast.apps.review.analysers.subject import Conclusion, Inspection, Rule, Sighting, Subject
from holdfast.apps.review.source.files import Role

BRANCHES_MAX = 15
BRANCHES_GRAVE = 40
LENGTH_LINES_MAX = 100
PARAMETERS_MAX = 8

TOO_BRANCHED = Rule(
    "function-too-branched",
    "Function with many paths through it",
    "low",
    "Each path needs a test and a reader: take decisions out into functions or tables.",
    1121,
)
TOO_LONG = Rule(
    "function-too-long", "Function longer than a few screens", "low", "Take steps out into functions.", 1080
)
TOO_MANY_PARAMETERS = Rule(
    "too-many-parameters",
    "Function with many parameters",
    "info",
    "Calls get their order wrong: gather what belongs together.",
    1064,
)
_STAND_INS = {
    "Python": "stand_in.py",
    "JavaScript": "stand_in.js",
    "Ruby": "stand_in.rb",
    "Perl": "stand_in.pl",
    "PHP": "stand_in.php",
}


class _Function(Protocol):
    """What lizard says of a function."""

    name: str
    start_line: int
    end_line: int
    cyclomatic_complexity: int
    nloc: int
    parameters: list[str]


class ComplexityInspector:
    """Counts in every language lizard reads; tests are let be, they are long by nature."""

    def inspect(self, subject: Subject) -> Inspection:
        """Look at each function of a file."""
        name = readable_name(subject.path, subject.language)
        if name is None or subject.role is not Role.SOURCE:
            return Inspection()
        functions: list[_Function] = analyze_file.analyze_source_code(name, subject.text).function_list
        return Inspection([seen for function in functions for seen in _judge(function, len(subject.lines))])

    def conclude(self) -> Conclusion:
        """Say nothing: every file is taken by itself."""
        return Conclusion()

    def versions(self) -> dict[str, str]:
        """Name lizard."""
        return {"lizard": version("lizard")}


def readable_name(path: str, language: str) -> str | None:
    """Return a name by which lizard knows the language, None if it does not."""
    name = path.rpartition("/")[2]
    if get_reader_for(name) is not None:
        return name
    return _STAND_INS.get(language)


def _judge(function: _Function, line_count: int) -> Iterator[Sighting]:
    if not 1 <= function.start_line <= line_count:
        return
    branches, length, parameters = function.cyclomatic_complexity, function.nloc, len(function.parameters)
    if branches > BRANCHES_MAX:
        severity: Severity = "medium" if branches > BRANCHES_GRAVE else "low"
        yield _sighting(
            TOO_BRANCHED, function, 0.7, f"{branches} paths in {length} lines, {BRANCHES_MAX} are usual.", severity
        )
    elif length > LENGTH_LINES_MAX:
        yield _sighting(TOO_LONG, function, 0.5, f"{length} lines of code, {LENGTH_LINES_MAX} are usual.")
    if parameters > PARAMETERS_MAX:
        yield _sighting(TOO_MANY_PARAMETERS, function, 0.5, f"{parameters} parameters, {PARAMETERS_MAX} are usual.")


def _sighting(
    rule: Rule, function: _Function, confidence: float, detail: str, severity: Severity | None = None
) -> Sighting:
    detail = f"{function.name}: {detail}"
    return Sighting(
        rule, function.start_line, max(function.start_line, function.end_line), confidence, "lizard", severity, detail
    )
