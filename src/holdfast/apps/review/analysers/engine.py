"""Running one analyser over some files in this process: whatever goes wrong with a file stays with that file."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from holdfast.apps.review.analysers.authentication import authentication
from holdfast.apps.review.analysers.candidate import Candidate, Problem, rank
from holdfast.apps.review.analysers.complexity import ComplexityInspector
from holdfast.apps.review.analysers.credentials import CredentialsInspector
from holdfast.apps.review.analysers.dangerous import dangerous
from holdfast.apps.review.analysers.data_handling import data_handling
from holdfast.apps.review.analysers.dependencies import DependenciesInspector
from holdfast.apps.review.analysers.drafts import draft
from holdfast.apps.review.analysers.reports import ClosingReport, FileReport
from holdfast.apps.review.analysers.subject import Inspector, Subject
from holdfast.apps.review.analysers.test_presence import TestPresenceInspector
from holdfast.apps.review.source.files import SourceFile
from holdfast.apps.review.source.guard import Root
from holdfast.apps.review.source.reading import read_text
from holdfast.apps.review.source.refusals import Refusal
from holdfast.apps.review.source.text import lines_of

CANDIDATES_PER_FILE_MAX = 50
NOT_AUDITED_MAX = 1_000

INSPECTORS: Mapping[str, Callable[[], Inspector]] = {
    "secrets": CredentialsInspector,
    "dangerous": dangerous,
    "authentication": authentication,
    "data_handling": data_handling,
    "dependencies": DependenciesInspector,
    "complexity": ComplexityInspector,
    "test_presence": TestPresenceInspector,
}


def analyse(analyser: str, root: Root, files: Sequence[SourceFile]) -> Iterator[FileReport | ClosingReport]:
    """Yield a report for each file in order, then the closing one."""
    inspector = INSPECTORS[analyser]()
    for file in files:
        yield _inspect(analyser, inspector, root, file)
    conclusion = inspector.conclude()
    candidates: list[Candidate] = []
    suppressed = 0
    for subject, seen in conclusion.sightings:
        drafted, accepted = draft(analyser, subject, [seen])
        candidates += drafted
        suppressed += accepted
    yield ClosingReport(
        tuple(candidates),
        inspector.versions(),
        tuple(conclusion.not_audited[:NOT_AUDITED_MAX]),
        tuple(conclusion.notes),
        suppressed,
    )


def _inspect(analyser: str, inspector: Inspector, root: Root, file: SourceFile) -> FileReport:
    text = read_text(root, file.path)
    if isinstance(text, Refusal):
        return FileReport(file.path, is_covered=False, problems=(Problem(file.path, text.reason, text.detail),))
    subject = Subject(file.path, file.language, file.role, text, lines_of(text))
    try:
        found = inspector.inspect(subject)
        candidates, accepted = draft(analyser, subject, found.sightings)
    except Exception as error:  # the worker's edge: tools break on strange files, and the rest must go on
        problem = Problem(file.path, "the analyser broke on it", f"{type(error).__name__}: {error}"[:300])
        return FileReport(file.path, is_covered=False, problems=(problem,))
    kept, left_out = rank(candidates, CANDIDATES_PER_FILE_MAX)
    return FileReport(file.path, not found.problems, kept, tuple(found.problems), left_out, found.suppressed + accepted)
