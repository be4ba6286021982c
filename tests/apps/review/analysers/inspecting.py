"""Running an analyser in this process over texts that never touch a disk."""

from holdfast.apps.review.analysers.candidate import Candidate
from holdfast.apps.review.analysers.drafts import draft
from holdfast.apps.review.analysers.engine import INSPECTORS
from holdfast.apps.review.analysers.subject import Conclusion, Inspection, Inspector, Subject
from holdfast.apps.review.source.files import role_of
from holdfast.apps.review.source.languages import language_of
from holdfast.apps.review.source.text import lines_of


def subject(path: str, text: str) -> Subject:
    """Return a file as an analyser is given it."""
    lines = lines_of(text)
    return Subject(path, language_of(path.rpartition("/")[2], lines[0] if lines else ""), role_of(path), text, lines)


def inspect(analyser: str, path: str, text: str) -> Inspection:
    """Return what an analyser sees in one file."""
    return INSPECTORS[analyser]().inspect(subject(path, text))


def candidates(analyser: str, path: str, text: str) -> list[Candidate]:
    """Return the candidates of one file, as they would be told."""
    given = subject(path, text)
    return draft(analyser, given, INSPECTORS[analyser]().inspect(given).sightings)[0]


def conclude(inspector: Inspector, tree: dict[str, str]) -> Conclusion:
    """Show a whole project to an inspector, and return its conclusion."""
    for path, text in sorted(tree.items()):
        inspector.inspect(subject(path, text))
    return inspector.conclude()


def rules(found: list[Candidate]) -> set[str]:
    """Return the rules of some candidates."""
    return {candidate.rule for candidate in found}
