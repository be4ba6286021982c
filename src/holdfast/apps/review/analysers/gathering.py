"""Putting the reports of a job together into one result, with a limit on how many candidates it holds."""

from collections import Counter

from holdfast.apps.review.analysers.candidate import AnalysisResult, Candidate, LeftOut, Problem, rank
from holdfast.apps.review.analysers.reports import ClosingReport, FileReport

CANDIDATES_PER_JOB_MAX = 200


class Gathering:
    """What one job has told so far."""

    def __init__(self, analyser: str) -> None:
        self._analyser = analyser
        self._reports: list[FileReport] = []
        self._lost: list[Problem] = []
        self._closing: ClosingReport | None = None

    def add(self, report: FileReport | ClosingReport) -> None:
        """Take a report."""
        match report:
            case FileReport():
                self._reports.append(report)
            case ClosingReport():
                self._closing = report

    def lose(self, path: str, reason: str) -> None:
        """Note a file that no report will come for."""
        self._lost.append(Problem(path, reason))

    def forget(self) -> None:
        """Drop the reports of files, for an analyser that must see them all again; what was lost stays lost."""
        self._reports.clear()

    def result(self) -> AnalysisResult:
        """Return all of it: the heaviest candidates in order, and the count of those there was no room for."""
        closing = self._closing or ClosingReport((), {})
        candidates: list[Candidate] = list(closing.candidates)
        left_out: Counter[str] = Counter()
        for report in self._reports:
            candidates += report.candidates
            left_out.update({dropped.rule: dropped.count for dropped in report.left_out})
        kept, dropped_here = rank(candidates, CANDIDATES_PER_JOB_MAX)
        left_out.update({dropped.rule: dropped.count for dropped in dropped_here})
        return AnalysisResult(
            analyser=self._analyser,
            candidates=kept,
            covered=tuple(report.path for report in self._reports if report.is_covered),
            problems=(*(problem for report in self._reports for problem in report.problems), *self._lost),
            tool_versions=closing.tool_versions,
            left_out=tuple(LeftOut(rule, count) for rule, count in sorted(left_out.items())),
            suppressed=closing.suppressed + sum(report.suppressed for report in self._reports),
            not_audited=closing.not_audited,
            notes=closing.notes,
        )
