"""Reading requirements files, line by line as pip does, without following what they include."""

import re

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from holdfast.apps.review.analysers.dependencies.declared import Declared, Manifest

_COMMENT = re.compile(r"(?:^|\s)#.*$")
_OPTION = re.compile(r"\s--?\w.*$")
_SOURCE = re.compile(r"^(?:-i|--index-url|--extra-index-url|-f|--find-links|--trusted-host)\b")


def read_requirements(path: str, lines: tuple[str, ...]) -> Manifest:
    """Return what a requirements file declares."""
    manifest = Manifest(path, "python", is_lock=path.lower().endswith((".lock", "lock.txt")))
    for number, text in _logical_lines(lines):
        if _SOURCE.match(text):
            manifest.sources.append((number, text))
        elif not text.startswith("-"):
            declared = read_requirement(_OPTION.sub("", text), path, number)
            if declared is not None:
                manifest.declared.append(declared)
    return manifest


def read_requirement(text: str, path: str, line: int, group: str = "") -> Declared | None:
    """Return a dependency written as packaging tools write it, None if it is not."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return _read_address(text, path, line, group)
    return Declared(
        "python",
        canonicalize_name(requirement.name),
        str(requirement.specifier),
        path,
        line,
        group,
        requirement.url or "",
        requirement.marker is not None,
    )


def _read_address(text: str, path: str, line: int, group: str) -> Declared | None:
    """Return a dependency given by its address alone, as ``git+https://host/name@commit#egg=name``."""
    if "://" not in text:
        return None
    address, _, fragment = text.partition("#")
    egg = re.search(r"egg=([\w.-]+)", fragment)
    name = egg.group(1) if egg else address.rstrip("/").rpartition("/")[2].partition("@")[0].removesuffix(".git")
    return Declared("python", canonicalize_name(name), "", path, line, group, address.strip())


def _logical_lines(lines: tuple[str, ...]) -> list[tuple[int, str]]:
    """Join continued lines and drop comments; each keeps the number of its first line."""
    joined: list[tuple[int, str]] = []
    start, pieces = 0, [""]
    for number, line in enumerate(lines, start=1):
        text = _COMMENT.sub("", line).strip()
        start = start or number
        pieces.append(text.removesuffix("\\"))
        if not text.endswith("\\"):
            whole = "".join(pieces).strip()
            if whole:
                joined.append((start, whole))
            start, pieces = 0, [""]
    return joined
