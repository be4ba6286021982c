"""Licences: whether the project has one, and what is known of those of its dependencies."""

import importlib.metadata
import re
from collections.abc import Iterable, Iterator

from holdfast.apps.review.analysers.dependencies.declared import Declared, Manifest
from holdfast.apps.review.analysers.subject import Rule, Sighting

SOURCE = "manifests"
LICENCE_CHARS_MAX = 80

NO_LICENCE = Rule(
    "licence-missing",
    "Project without a licence",
    "low",
    "Without one nobody may use, change or pass it on: add a LICENSE file, or say that it is private.",
    None,
)
COPYLEFT = Rule(
    "dependency-copyleft",
    "Dependency under a licence with conditions",
    "low",
    "Passing it on may bind the whole to its licence: check that this is meant.",
    None,
)
_LICENCE_FILE = re.compile(r"(?:licen[cs]e|copying|unlicense)(?:[-.]\w+)*", re.IGNORECASE)
_COPYLEFT = re.compile(r"\b(?:A?GPL|GNU (?:Affero )?General Public)", re.IGNORECASE)
_NOT_COPYLEFT = re.compile(r"LGPL|Lesser|\bOR\b|MIT|BSD|Apache", re.IGNORECASE)


def check_project(manifests: Iterable[Manifest], paths: Iterable[str]) -> Iterator[tuple[str, Sighting]]:
    """See a top-level project without a licence, in a file or in its metadata."""
    if any("/" not in path and _LICENCE_FILE.fullmatch(path) for path in paths):
        return
    top = [manifest for manifest in manifests if "/" not in manifest.path and not manifest.is_lock]
    projects = [
        manifest for manifest in top if manifest.path.lower().endswith((".toml", ".json", "setup.cfg", "setup.py"))
    ]
    if projects and not any(manifest.has_licence for manifest in projects):
        first = projects[0]
        yield first.path, Sighting(NO_LICENCE, first.name_line, first.name_line, 0.7, SOURCE)


def check_dependencies(declared: Iterable[Declared], project_licence: str) -> Iterator[tuple[str, Sighting]]:
    """See a copyleft dependency of a project that is not under such a licence itself."""
    if _COPYLEFT.search(project_licence):
        return
    for each in declared:
        licence = known_licence(each)
        if licence and _COPYLEFT.search(licence) and not _NOT_COPYLEFT.search(licence):
            detail = f"{each.name}: {licence[:80]}."
            yield each.path, Sighting(COPYLEFT, each.line, each.line, 0.4, "installed metadata", detail=detail)


def known_licence(declared: Declared) -> str | None:
    """Return the licence of a Python package if it happens to be installed here, None if that is not known."""
    if declared.ecosystem != "python":
        return None
    try:
        metadata = importlib.metadata.metadata(declared.name)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return None
    for field in ("License-Expression", "Classifier", "License"):
        told = [str(text) for text in metadata.get_all(field) or []]
        licences = [text for text in told if field != "Classifier" or text.startswith("License ::")]
        if licences:
            return "; ".join(licences).strip()[:LICENCE_CHARS_MAX] or None
    return None
