"""Which files declare dependencies, and who reads them."""

import fnmatch
from collections.abc import Callable

from holdfast.apps.review.analysers.dependencies.declared import Manifest
from holdfast.apps.review.analysers.dependencies.locks import read_pipfile_lock, read_toml_lock
from holdfast.apps.review.analysers.dependencies.other_projects import read_cargo_toml, read_go_mod, read_package_json
from holdfast.apps.review.analysers.dependencies.python_projects import (
    read_pipfile,
    read_pyproject,
    read_setup_cfg,
    read_setup_py,
)
from holdfast.apps.review.analysers.dependencies.requirements import read_requirements

Reader = Callable[[str, tuple[str, ...]], Manifest]

_READERS: tuple[tuple[str, Reader], ...] = (
    ("pyproject.toml", read_pyproject),
    ("setup.cfg", read_setup_cfg),
    ("setup.py", read_setup_py),
    ("pipfile", read_pipfile),
    ("pipfile.lock", read_pipfile_lock),
    ("poetry.lock", read_toml_lock),
    ("uv.lock", read_toml_lock),
    ("pdm.lock", read_toml_lock),
    ("pylock*.toml", read_toml_lock),
    ("requirements*.txt", read_requirements),
    ("requirements*.in", read_requirements),
    ("requirements*.lock", read_requirements),
    ("*-requirements.txt", read_requirements),
    ("*_requirements.txt", read_requirements),
    ("constraints*.txt", read_requirements),
    ("package.json", read_package_json),
    ("go.mod", read_go_mod),
    ("cargo.toml", read_cargo_toml),
)
_NOT_READ = {
    "pom.xml": "Maven",
    "build.gradle*": "Gradle",
    "gemfile": "Bundler",
    "composer.json": "Composer",
    "*.csproj": "NuGet",
    "mix.exs": "Mix",
    "pubspec.yaml": "pub",
    "package.swift": "SwiftPM",
}


def reader_of(path: str) -> Reader | None:
    """Return who reads a file as a manifest or lock."""
    *folders, name = path.lower().split("/")
    if folders and folders[-1] == "requirements" and name.endswith((".txt", ".in")):
        return read_requirements
    return next((reader for pattern, reader in _READERS if fnmatch.fnmatchcase(name, pattern)), None)


def unread_manifest(path: str) -> str | None:
    """Return the name of a package manager whose manifest this is, and which nobody here reads."""
    name = path.rpartition("/")[2].lower()
    return next((manager for pattern, manager in _NOT_READ.items() if fnmatch.fnmatchcase(name, pattern)), None)


def is_manifest(path: str) -> bool:
    """Whether a file says anything about dependencies, read or not."""
    return reader_of(path) is not None or unread_manifest(path) is not None
