"""Reading the exact versions that lock files of Python projects hold."""

import json
import tomllib
from collections.abc import Mapping

from packaging.utils import canonicalize_name

from holdfast.apps.review.analysers.dependencies.declared import Declared, Manifest, line_of
from holdfast.apps.review.analysers.dependencies.python_projects import table


def read_toml_lock(path: str, lines: tuple[str, ...]) -> Manifest:
    """Return the packages of a poetry.lock, uv.lock, pdm.lock or pylock.toml; the project itself is none of them."""
    document = tomllib.loads("\n".join(lines))
    packages = document.get("package") or document.get("packages")
    manifest = Manifest(path, "python", is_lock=True, has_licence=True)
    starts = iter([number for number, line in enumerate(lines, start=1) if line.startswith("name = ")])
    for package in packages if isinstance(packages, list) else []:
        if not isinstance(package, Mapping) or not isinstance(package.get("name"), str):
            continue
        number = next(starts, 1)
        source = table(package, "source")
        if not package.get("version") or "editable" in source or "virtual" in source or "directory" in source:
            continue
        name = canonicalize_name(str(package["name"]))
        manifest.declared.append(Declared("python", name, f"=={package['version']}", path, number))
    return manifest


def read_pipfile_lock(path: str, lines: tuple[str, ...]) -> Manifest:
    """Return the packages of a Pipfile.lock."""
    document: object = json.loads("\n".join(lines))
    manifest = Manifest(path, "python", is_lock=True, has_licence=True)
    for section, group in (("default", ""), ("develop", "dev")):
        start = line_of(lines, f'"{section}"')
        for name, given in table(document if isinstance(document, Mapping) else {}, section).items():
            version = str(given.get("version") or "") if isinstance(given, Mapping) else ""
            if version:
                number = line_of(lines, f'"{name}"', start=start)
                manifest.declared.append(Declared("python", canonicalize_name(name), version, path, number, group))
    return manifest
