"""Dependencies and licences: what the project is built of, whether that is fixed, fits together, and is sound."""

import configparser
import re
from importlib.metadata import version

from holdfast.apps.review.analysers.candidate import NotAudited, Problem
from holdfast.apps.review.analysers.dependencies.audit import Audit, Pin, audit
from holdfast.apps.review.analysers.dependencies.checks import (
    check_conflicts,
    check_lock,
    check_sources,
    check_versions,
    is_locked,
)
from holdfast.apps.review.analysers.dependencies.declared import Declared, Manifest
from holdfast.apps.review.analysers.dependencies.licences import check_dependencies, check_project, known_licence
from holdfast.apps.review.analysers.dependencies.manifests import reader_of, unread_manifest
from holdfast.apps.review.analysers.subject import Conclusion, Inspection, Rule, Sighting, Subject

VULNERABLE = Rule(
    "dependency-vulnerable",
    "Dependency with a known vulnerability",
    "high",
    "Upgrade it.",
    1395,
)
_UNREADABLE = (ValueError, SyntaxError, configparser.Error, RecursionError, KeyError, TypeError, AttributeError)
_EXACT = re.compile(r"===?\s*([^\s,*]+)")


class DependenciesInspector:
    """Reads every manifest and lock, then judges them together. It must see the whole project in one job."""

    def __init__(self) -> None:
        self._subjects: dict[str, Subject] = {}
        self._manifests: list[Manifest] = []
        self._paths: list[str] = []
        self._unread: set[str] = set()

    def inspect(self, subject: Subject) -> Inspection:
        """Read one file; a manifest that does not parse is a problem."""
        found = Inspection()
        self._paths.append(subject.path)
        manager = unread_manifest(subject.path)
        if manager:
            self._unread.add(manager)
        reader = reader_of(subject.path)
        if reader is None:
            return found
        try:
            manifest = reader(subject.path, subject.lines)
        except _UNREADABLE as error:
            found.problems.append(Problem(subject.path, "not parsable as a manifest", f"{error}"[:200]))
            return found
        self._manifests.append(manifest)
        self._subjects[subject.path] = subject
        return found

    def conclude(self) -> Conclusion:
        """Judge the manifests together, ask for known vulnerabilities, and list what nobody looked up."""
        conclusion = Conclusion()
        for manifest in self._manifests:
            locked = is_locked(manifest, self._paths)
            for seen in (
                *check_versions(manifest, is_locked=locked),
                *check_lock(manifest, is_locked=locked),
                *check_sources(manifest),
            ):
                conclusion.sightings.append((self._subjects[manifest.path], seen))
        declared = [each for manifest in self._manifests for each in manifest.declared]
        direct = [each for manifest in self._manifests if not manifest.is_lock for each in manifest.declared]
        licence = next((manifest.licence for manifest in self._manifests if manifest.licence), "")
        placed = [
            *check_conflicts(self._manifests),
            *check_project(self._manifests, self._paths),
            *check_dependencies(direct, licence),
        ]
        conclusion.sightings += [(self._subjects[path], seen) for path, seen in placed]
        self._audit(declared, conclusion)
        self._note(direct, conclusion)
        return conclusion

    def versions(self) -> dict[str, str]:
        """Name pip-audit; the other checks are our own."""
        return {"pip-audit": version("pip-audit")}

    def _audit(self, declared: list[Declared], conclusion: Conclusion) -> None:
        """Report what is known of each exact version; everything else is listed as not audited, once."""
        places: dict[Pin, Declared] = {}
        loose: dict[tuple[str, str], Declared] = {}
        for each in declared:
            pin = _pin_of(each)
            if pin is not None:
                places.setdefault(pin, each)
            else:
                loose.setdefault((each.ecosystem, each.name), each)
        answer = audit(places) if places else Audit()
        for found in answer.vulnerabilities:
            place = places[found.pin]
            fixed = f", fixed in {', '.join(found.fixed_in)}" if found.fixed_in else ", not fixed yet"
            also = f" ({', '.join(found.aliases)})" if found.aliases else ""
            detail = f"{place.name} {found.pin[1]}: {found.identity}{also}{fixed}. {found.description}"
            seen = Sighting(VULNERABLE, place.line, place.line, 0.9, "pip-audit", detail=detail)
            conclusion.sightings.append((self._subjects[place.path], seen))
        for pin, reason in sorted(answer.not_audited.items()):
            place = places[pin]
            conclusion.not_audited.append(NotAudited(place.name, pin[1], place.path, place.line, reason))
        pinned = {name for name, _ in places}
        for (ecosystem, name), each in sorted(loose.items()):
            if ecosystem == "python" and name in pinned:
                continue
            reason = (
                "no exact version is declared" if ecosystem == "python" else f"no database is asked for {ecosystem}"
            )
            conclusion.not_audited.append(NotAudited(name, each.specifier or None, each.path, each.line, reason))
        if places:
            conclusion.notes.append(f"{len(answer.audited)} of {len(places)} exact Python versions were audited")

    def _note(self, direct: list[Declared], conclusion: Conclusion) -> None:
        python = [each for each in direct if each.ecosystem == "python"]
        known = sum(known_licence(each) is not None for each in python)
        if python:
            conclusion.notes.append(f"the licence is known of {known} of {len(python)} declared Python dependencies")
        if self._unread:
            conclusion.notes.append(f"manifests that are not read: {', '.join(sorted(self._unread))}")
        if not self._manifests:
            conclusion.notes.append("no manifest of dependencies was found")


def _pin_of(declared: Declared) -> Pin | None:
    """Return the exact version a Python dependency is held at, None if there is none to ask about."""
    if declared.ecosystem != "python" or declared.url:
        return None
    exact = _EXACT.fullmatch(declared.specifier)
    return (declared.name, exact.group(1)) if exact else None
