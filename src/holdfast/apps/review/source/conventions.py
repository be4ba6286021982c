"""What a project says about its own code: the tools it has configured, its tests, its CI, its notes and its licence."""

import re
import tomllib
from collections.abc import Iterable, Iterator

import msgspec

from holdfast.apps.review.source.files import Role, SourceFile
from holdfast.apps.review.source.guard import Root
from holdfast.apps.review.source.reading import read_text
from holdfast.apps.review.source.refusals import Refusal
from holdfast.apps.review.source.text import lines_of

NOTE_LINES_MAX = 60
NOTES_MAX = 5
NOTE_LINE_CHARS_MAX = 300
FOLDER_DEPTH_MAX = 2  # configuration of sub-projects lies at most this deep


class ConfiguredTool(msgspec.Struct, frozen=True):
    """A tool the project uses, what kind it is, and the file that says so."""

    kind: str  # linter, formatter, types, tests, hooks, ci, editor
    name: str
    path: str


class Note(msgspec.Struct, frozen=True):
    """The first lines of a text for contributors."""

    path: str
    text: str


class Conventions(msgspec.Struct, frozen=True):
    """All of it, each in a stable order."""

    tools: tuple[ConfiguredTool, ...]
    notes: tuple[Note, ...]
    licence_path: str | None
    licence: str | None


_TABLES = {  # of pyproject.toml below [tool], and sections of setup.cfg and tox.ini
    "ruff": "linter",
    "flake8": "linter",
    "pylint": "linter",
    "pycodestyle": "linter",
    "pydocstyle": "linter",
    "bandit": "linter",
    "importlinter": "linter",
    "black": "formatter",
    "isort": "formatter",
    "yapf": "formatter",
    "mypy": "types",
    "pyright": "types",
    "basedpyright": "types",
    "pytype": "types",
    "pytest": "tests",
    "coverage": "tests",
    "tox": "tests",
    "nox": "tests",
    "hatch": "build",
    "poetry": "build",
}
_FILES = (
    (r"\.?ruff\.toml", "linter", "ruff"),
    (r"\.flake8", "linter", "flake8"),
    (r"\.?pylintrc", "linter", "pylint"),
    (r"\.bandit", "linter", "bandit"),
    (r"\.importlinter", "linter", "import-linter"),
    (r"\.eslintrc(?:\.\w+)?|eslint\.config\.\w+", "linter", "eslint"),
    (r"\.stylelintrc(?:\.\w+)?", "linter", "stylelint"),
    (r"\.golangci\.ya?ml", "linter", "golangci-lint"),
    (r"\.?clippy\.toml", "linter", "clippy"),
    (r"\.rubocop\.yml", "linter", "rubocop"),
    (r"\.clang-tidy", "linter", "clang-tidy"),
    (r"\.shellcheckrc", "linter", "shellcheck"),
    (r"biome\.jsonc?", "linter", "biome"),
    (r"\.prettierrc(?:\.\w+)?", "formatter", "prettier"),
    (r"\.?rustfmt\.toml", "formatter", "rustfmt"),
    (r"\.clang-format", "formatter", "clang-format"),
    (r"\.?mypy\.ini", "types", "mypy"),
    (r"pyrightconfig\.json", "types", "pyright"),
    (r"tsconfig\.json", "types", "typescript"),
    (r"pytest\.ini", "tests", "pytest"),
    (r"tox\.ini", "tests", "tox"),
    (r"noxfile\.py", "tests", "nox"),
    (r"jest\.config\.\w+", "tests", "jest"),
    (r"vitest\.config\.\w+", "tests", "vitest"),
    (r"playwright\.config\.\w+", "tests", "playwright"),
    (r"\.pre-commit-config\.yaml", "hooks", "pre-commit"),
    (r"\.editorconfig", "editor", "editorconfig"),
    (r"\.gitlab-ci\.yml", "ci", "GitLab CI"),
    (r"azure-pipelines\.yml", "ci", "Azure Pipelines"),
    (r"\.travis\.yml", "ci", "Travis CI"),
    (r"Jenkinsfile", "ci", "Jenkins"),
)
_TOOL_FILES = tuple((re.compile(pattern), kind, name) for pattern, kind, name in _FILES)
_CI_FOLDERS = {
    ".github/workflows/": "GitHub Actions",
    ".circleci/": "CircleCI",
    ".ci/": "CI scripts",
    ".buildkite/": "Buildkite",
}
_NOTE = re.compile(
    r"(?:contributing|style|style[-_ ]?guide|coding[-_ ]?style|conventions|hacking|agents)(?:\.\w+)?", re.IGNORECASE
)
_LICENCE = re.compile(r"(?:licen[cs]e|copying|unlicense)(?:[-.]\w+)*", re.IGNORECASE)
_SECTION = re.compile(r"^\[(?:tool:)?([\w-]+)", re.MULTILINE)
_LICENCE_WORDS = (
    ("Apache-2.0", ("apache license", "version 2.0")),
    ("AGPL-3.0", ("gnu affero general public license",)),
    ("LGPL", ("gnu lesser general public license",)),
    ("GPL-3.0", ("gnu general public license", "version 3")),
    ("GPL-2.0", ("gnu general public license", "version 2")),
    ("MPL-2.0", ("mozilla public license", "2.0")),
    ("MIT", ("permission is hereby granted, free of charge",)),
    ("BSD-3-Clause", ("redistribution and use in source and binary forms", "neither the name")),
    ("BSD-2-Clause", ("redistribution and use in source and binary forms",)),
    ("ISC", ("permission to use, copy, modify, and/or distribute",)),
    ("Unlicense", ("free and unencumbered software released into the public domain",)),
)


def read_conventions(root: Root, files: Iterable[SourceFile]) -> Conventions:
    """Read the conventions off the names and a few files; what cannot be parsed adds nothing."""
    near = [file for file in files if file.path.count("/") <= FOLDER_DEPTH_MAX and file.role is not Role.LOCK]
    tools = sorted(
        {tool for file in near for tool in _tools_of(root, file.path)},
        key=lambda tool: (tool.kind, tool.name, tool.path),
    )
    top = [file.path for file in near if file.path.count("/") == 0 or file.path.startswith((".github/", "docs/"))]
    note_paths = [path for path in top if _NOTE.fullmatch(path.rpartition("/")[2])]
    licences = [path for path in top if "/" not in path and _LICENCE.fullmatch(path)]
    licence_path = licences[0] if licences else None
    return Conventions(
        tools=tuple(tools),
        notes=tuple(_note(root, path) for path in note_paths[:NOTES_MAX]),
        licence_path=licence_path,
        licence=_licence_in(_text(root, licence_path)) if licence_path else None,
    )


def _tools_of(root: Root, path: str) -> Iterator[ConfiguredTool]:
    name = path.rpartition("/")[2]
    for pattern, kind, tool in _TOOL_FILES:
        if pattern.fullmatch(name):
            yield ConfiguredTool(kind, tool, path)
    for folder, ci in _CI_FOLDERS.items():
        if path.startswith(folder):
            yield ConfiguredTool("ci", ci, folder)
    for table in _tables_of(root, path, name):
        if table in _TABLES:
            yield ConfiguredTool(_TABLES[table], table, path)


def _tables_of(root: Root, path: str, name: str) -> frozenset[str]:
    if name == "pyproject.toml":
        return _toml_tables(_text(root, path))
    if name in ("setup.cfg", "tox.ini"):
        return frozenset(_SECTION.findall(_text(root, path)))
    return frozenset()


def _toml_tables(text: str) -> frozenset[str]:
    try:
        tables = tomllib.loads(text).get("tool", {})
    except (tomllib.TOMLDecodeError, RecursionError):
        return frozenset()
    return frozenset(tables) if isinstance(tables, dict) else frozenset()


def _licence_in(text: str) -> str | None:
    words = " ".join(text.lower().split())
    return next((name for name, phrases in _LICENCE_WORDS if all(phrase in words for phrase in phrases)), None)


def _note(root: Root, path: str) -> Note:
    lines = lines_of(_text(root, path))[:NOTE_LINES_MAX]
    return Note(path, "\n".join(line[:NOTE_LINE_CHARS_MAX] for line in lines))


def _text(root: Root, path: str) -> str:
    text = read_text(root, path)
    return "" if isinstance(text, Refusal) else text
