"""The machine and its tools: Python, the platform, the packages, git."""

import platform
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from holdfast.surfaces.cli.diagnosis.finding import Finding, failure, fine, warning
from holdfast.version import VERSION

PYTHON_MIN = (3, 11)
GIT_SECONDS_MAX = 5.0
ALL = "all"
"""The extra that is all the others."""
_EXTRA = re.compile(r"(?P<package>[A-Za-z0-9._-]+).*;.*extra == ['\"](?P<extra>[^'\"]+)['\"]")


def look_at_machine() -> Iterator[Finding]:
    """Yield what is found of the machine."""
    found = platform.python_version()
    if sys.version_info >= PYTHON_MIN:
        yield fine("python", found)
    else:
        wanted = ".".join(map(str, PYTHON_MIN))
        yield failure("python", found, f"use Python {wanted} or newer")
    yield fine("platform", f"{platform.system()} {platform.release()} {platform.machine()}")
    yield fine("holdfast", VERSION)
    yield fine("sqlite", f"{sqlite3.sqlite_version}, thread safety {sqlite3.threadsafety}")
    yield from _extras()
    yield _git()


def _extras() -> Iterator[Finding]:
    """Yield one finding for each optional set of packages."""
    by_extra: dict[str, list[str]] = {}
    try:
        wanted = requires("holdfast") or []
    except PackageNotFoundError:
        yield warning("packages", "holdfast runs from its source tree, not from a package", "pip install -e .")
        return
    for requirement in wanted:
        if (said := _EXTRA.match(requirement)) and said["extra"] != ALL and said["package"] != "holdfast":
            by_extra.setdefault(said["extra"], []).append(said["package"])
    for extra, packages in sorted(by_extra.items()):
        missing = [package for package in packages if _version(package) is None]
        if missing:
            yield warning(f"extra {extra}", f"{', '.join(missing)} missing", f"pip install 'holdfast[{extra}]'")
        else:
            yield fine(f"extra {extra}", ", ".join(f"{package} {_version(package)}" for package in packages))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _git() -> Finding:
    program = shutil.which("git")
    if program is None:
        return warning("git", "not found", "install git: reviews of repositories need it")
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=GIT_SECONDS_MAX, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        return warning("git", f"{program} does not work: {error}", "install git again")
    return fine("git", said.stdout.strip().removeprefix("git version "))
