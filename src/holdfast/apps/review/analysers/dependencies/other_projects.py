"""Reading the dependencies of projects in JavaScript, Go and Rust."""

import json
import re
import tomllib
from collections.abc import Mapping

from holdfast.apps.review.analysers.dependencies.declared import Declared, Manifest, line_of
from holdfast.apps.review.analysers.dependencies.python_projects import table

_REQUIRE = re.compile(r"^\s*(?:require\s+)?([\w./~-]+\.[\w./~-]+)\s+(v\S+)")
_ADDRESS = re.compile(r"^(?:git\+|git:|https?:|file:|link:|github:)|^[\w-]+/[\w.-]+(?:#|$)")


def read_package_json(path: str, lines: tuple[str, ...]) -> Manifest:
    """Return what a package.json declares."""
    document: object = json.loads("\n".join(lines))
    package = document if isinstance(document, Mapping) else {}
    manifest = Manifest(path, "npm", name_line=line_of(lines, '"name"'))
    manifest.licence = str(package.get("license") or "")
    manifest.has_licence = bool(manifest.licence) or package.get("private") is True
    for section, group in (("dependencies", ""), ("devDependencies", "dev"), ("optionalDependencies", "optional")):
        start = line_of(lines, f'"{section}"')
        for name, version in table(package, section).items():
            specifier = str(version)
            if specifier.startswith(("workspace:", "catalog:", "npm:")):
                continue
            url = specifier if _ADDRESS.search(specifier) else ""
            number = line_of(lines, f'"{name}"', start=start)
            commit = url.replace("#", "@") if "#" in url else url
            manifest.declared.append(Declared("npm", name, "" if url else specifier, path, number, group, commit))
    return manifest


def read_go_mod(path: str, lines: tuple[str, ...]) -> Manifest:
    """Return what a go.mod requires; Go's versions are always exact."""
    manifest = Manifest(path, "go", has_licence=True)
    is_inside = False
    for number, line in enumerate(lines, start=1):
        text = line.partition("//")[0]
        if text.strip().startswith("require ("):
            is_inside = True
        elif text.strip() == ")":
            is_inside = False
        elif is_inside or text.strip().startswith("require "):
            found = _REQUIRE.match(text)
            if found:
                group = "indirect" if "// indirect" in line else ""
                manifest.declared.append(Declared("go", found.group(1), found.group(2), path, number, group))
    return manifest


def read_cargo_toml(path: str, lines: tuple[str, ...]) -> Manifest:
    """Return what a Cargo.toml declares."""
    document = tomllib.loads("\n".join(lines))
    package = table(document, "package")
    manifest = Manifest(path, "cargo", name_line=line_of(lines, "[package]"))
    manifest.licence = str(package.get("license") or "")
    manifest.has_licence = (
        bool(manifest.licence or package.get("license-file")) or not package or package.get("publish") is False
    )
    for section, group in (("dependencies", ""), ("dev-dependencies", "dev"), ("build-dependencies", "build")):
        start = line_of(lines, f"[{section}")
        for name, given in table(document, section).items():
            options = given if isinstance(given, Mapping) else {"version": given}
            if options.get("path") or options.get("workspace"):
                continue
            url = str(options.get("git") or "")
            revision = options.get("rev") or options.get("tag")
            address = f"{url}@{revision}" if url and revision else url
            number = line_of(lines, f"{name} =", f"{name}.", f".{name}]", start=start)
            manifest.declared.append(
                Declared("cargo", name, str(options.get("version") or ""), path, number, group, address)
            )
    return manifest
