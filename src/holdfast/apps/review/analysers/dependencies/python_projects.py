"""Reading the dependencies of Python projects: pyproject.toml, setup.cfg, setup.py, Pipfile."""

import ast
import configparser
import tomllib
from collections.abc import Iterator, Mapping

from packaging.utils import canonicalize_name

from holdfast.apps.review.analysers.dependencies.declared import Declared, Manifest, line_of
from holdfast.apps.review.analysers.dependencies.requirements import read_requirement

Table = Mapping[str, object]


def read_pyproject(path: str, lines: tuple[str, ...]) -> Manifest:
    """Return what a pyproject.toml declares, in the standard tables and in Poetry's."""
    document: Table = tomllib.loads("\n".join(lines))
    project = table(document, "project")
    poetry = table(document, "tool", "poetry")
    manifest = Manifest(path, "python", name_line=line_of(lines, "[project]", "[tool.poetry]"))
    own_name = canonicalize_name(str(project.get("name", "")))
    manifest.licence = _licence(project) or str(poetry.get("license", ""))
    manifest.has_licence = bool(manifest.licence or project.get("license-files"))
    for group, texts in _groups(document, project):
        for text in texts:
            declared = read_requirement(text, path, line_of(lines, f'"{text}"', f"'{text}'"), group)
            if declared is not None and declared.name != own_name:  # an extra may gather the project's other extras
                manifest.declared.append(declared)
    manifest.declared += _poetry(path, lines, poetry)
    return manifest


def read_setup_cfg(path: str, lines: tuple[str, ...]) -> Manifest:
    """Return what a setup.cfg declares."""
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string("\n".join(lines))
    manifest = Manifest(path, "python", name_line=line_of(lines, "[metadata]"))
    manifest.licence = parser.get("metadata", "license", fallback="")
    manifest.has_licence = bool(manifest.licence) or parser.has_option("metadata", "license_files")
    texts = [("", parser.get("options", "install_requires", fallback=""))]
    if parser.has_section("options.extras_require"):
        texts += list(parser.items("options.extras_require"))
    for group, text in texts:
        for requirement in filter(None, map(str.strip, text.splitlines())):
            declared = read_requirement(requirement, path, line_of(lines, requirement), group)
            if declared is not None:
                manifest.declared.append(declared)
    return manifest


def read_setup_py(path: str, lines: tuple[str, ...]) -> Manifest:
    """Return what a setup.py declares in plain lists; it is parsed, never run."""
    manifest = Manifest(path, "python")
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.keyword) and node.arg == "license":
            manifest.has_licence = True
        if isinstance(node, ast.keyword) and node.arg == "install_requires":
            for child in ast.walk(node.value):
                if isinstance(child, ast.Constant) and isinstance(child.value, str):
                    declared = read_requirement(child.value, path, child.lineno)
                    if declared is not None:
                        manifest.declared.append(declared)
    return manifest


def read_pipfile(path: str, lines: tuple[str, ...]) -> Manifest:
    """Return what a Pipfile declares."""
    document: Table = tomllib.loads("\n".join(lines))
    manifest = Manifest(path, "python", has_licence=True)  # a Pipfile is no place for one
    for section, group in (("packages", ""), ("dev-packages", "dev")):
        for name, given in table(document, section).items():
            manifest.declared.append(_keyed(path, lines, name, given, group))
    return manifest


def table(document: Table, *keys: str) -> Table:
    """Return the table at these keys, an empty one if there is none."""
    found: object = document
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def strings(value: object) -> list[str]:
    """Return the strings of a list."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _groups(document: Table, project: Table) -> Iterator[tuple[str, list[str]]]:
    yield "", strings(project.get("dependencies"))
    for group, texts in table(project, "optional-dependencies").items():
        yield group, strings(texts)
    for group, texts in table(document, "dependency-groups").items():
        yield group, strings(texts)


def _poetry(path: str, lines: tuple[str, ...], poetry: Table) -> Iterator[Declared]:
    tables = [("", table(poetry, "dependencies")), ("dev", table(poetry, "dev-dependencies"))]
    tables += [(group, table(poetry, "group", group, "dependencies")) for group in table(poetry, "group")]
    for group, dependencies in tables:
        for name, given in dependencies.items():
            if name.lower() != "python":
                yield _keyed(path, lines, name, given, group)


def _keyed(path: str, lines: tuple[str, ...], name: str, given: object, group: str) -> Declared:
    """Return a dependency written as ``name = "version"`` or as a table."""
    options = given if isinstance(given, Mapping) else {"version": given}
    version = str(options.get("version") or "")
    url = str(options.get("git") or options.get("url") or options.get("path") or "")
    revision = options.get("rev") or options.get("ref") or options.get("tag")
    address = f"{url}@{revision}" if url and revision else url
    number = line_of(lines, f"{name} =", f"{name}=", f'"{name}"', name)
    is_conditional = "markers" in options or "python" in options
    return Declared(
        "python", canonicalize_name(name), _specifier(version), path, number, group, address, is_conditional
    )


def _specifier(version: str) -> str:
    """Write Poetry's caret and tilde as the ranges they stand for; a bare version is pinned."""
    if version.startswith("^"):
        parts = version[1:].split(".")
        position = next((index for index, part in enumerate(parts) if part != "0"), len(parts) - 1)
        if all(part.isdigit() for part in parts):
            upper = [*parts[:position], str(int(parts[position]) + 1)]
            return f">={version[1:]},<{'.'.join(upper)}"
        return f">={version[1:]}"
    if version.startswith("~") and not version.startswith("~="):
        return f"~={version[1:]}" if "." in version else f"=={version[1:]}.*"
    return f"=={version}" if version[:1].isdigit() else version


def _licence(project: Table) -> str:
    given = project.get("license")
    if isinstance(given, str):
        return given
    if isinstance(given, Mapping):
        return str(given.get("text") or given.get("file") or "")
    return next((text for text in strings(project.get("classifiers")) if text.startswith("License ::")), "")
