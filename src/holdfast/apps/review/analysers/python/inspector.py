"""Looking at Python by a set of checks, and at other languages by patterns: the common shape of three analysers."""

from importlib.metadata import version

from holdfast.apps.review.analysers.bandit_checks import BanditChecks
from holdfast.apps.review.analysers.candidate import Problem
from holdfast.apps.review.analysers.patterns import Pattern, spot
from holdfast.apps.review.analysers.python.flow import Checks, follow
from holdfast.apps.review.analysers.python.module import parse_python
from holdfast.apps.review.analysers.subject import Conclusion, Inspection, Subject, in_order


class CodeInspector:
    """Applies Python checks, bandit's tests and patterns; keeps nothing between files."""

    def __init__(self, checks: Checks, bandit: BanditChecks, patterns: tuple[Pattern, ...]) -> None:
        self._checks = checks
        self._bandit = bandit
        self._patterns = patterns

    def inspect(self, subject: Subject) -> Inspection:
        """Look at one file; Python that does not parse is a problem, and gets no further look."""
        found = Inspection(sightings=list(spot(subject, self._patterns)))
        if subject.language == "Python":
            module = parse_python(subject.path, subject.text)
            if isinstance(module, Problem):
                found.problems.append(module)
            else:
                found.sightings += follow(module, self._checks)
                found.sightings += self._bandit.run(subject.text)
        found.sightings = in_order(found.sightings)
        return found

    def conclude(self) -> Conclusion:
        """Say nothing: every file is taken by itself."""
        return Conclusion()

    def versions(self) -> dict[str, str]:
        """Name bandit; the other checks are our own."""
        return {"bandit": version("bandit")}
