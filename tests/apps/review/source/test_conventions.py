"""What a project says about its code is found where projects say it."""

from pathlib import Path

from holdfast.apps.review.source.conventions import Conventions, read_conventions
from holdfast.apps.review.source.repository import Repository
from tests.apps.review.source.trees import write

MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any person\n"


def conventions_of(folder: Path) -> Conventions:
    repository = Repository.open(str(folder))
    assert repository.conventions == read_conventions(repository.root, repository.files)
    return repository.conventions


def test_tools_are_found_in_tables_sections_and_files(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "pyproject.toml": "[tool.ruff]\nline-length = 120\n[tool.mypy]\nstrict = true\n[tool.unknown]\n",
            "setup.cfg": "[flake8]\nmax-line-length = 100\n[tool:pytest]\n",
            "web/.eslintrc.json": "{}",
            ".pre-commit-config.yaml": "repos: []\n",
            ".github/workflows/test.yml": "on: push\n",
            "deep/er/and/deeper/ruff.toml": "",
        },
    )
    assert [(tool.kind, tool.name, tool.path) for tool in conventions_of(tmp_path).tools] == [
        ("ci", "GitHub Actions", ".github/workflows/"),
        ("hooks", "pre-commit", ".pre-commit-config.yaml"),
        ("linter", "eslint", "web/.eslintrc.json"),
        ("linter", "flake8", "setup.cfg"),
        ("linter", "ruff", "pyproject.toml"),
        ("tests", "pytest", "setup.cfg"),
        ("types", "mypy", "pyproject.toml"),
    ]


def test_notes_for_contributors_are_given_by_their_first_lines(tmp_path: Path) -> None:
    write(
        tmp_path, {"CONTRIBUTING.md": "# Rules\n" + "be kind\n" * 100, "STYLE.md": "short\n", "README.md": "no note\n"}
    )
    notes = conventions_of(tmp_path).notes
    assert [note.path for note in notes] == ["CONTRIBUTING.md", "STYLE.md"]
    assert len(notes[0].text.splitlines()) == 60


def test_a_licence_is_recognised_by_its_words(tmp_path: Path) -> None:
    write(tmp_path, {"LICENSE": MIT})
    assert (conventions_of(tmp_path).licence_path, conventions_of(tmp_path).licence) == ("LICENSE", "MIT")


def test_an_unknown_licence_is_there_but_has_no_name(tmp_path: Path) -> None:
    write(tmp_path, {"COPYING": "do as you like\n"})
    assert (conventions_of(tmp_path).licence_path, conventions_of(tmp_path).licence) == ("COPYING", None)


def test_a_project_that_says_nothing_has_no_conventions(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": ""})
    assert conventions_of(tmp_path) == Conventions((), (), None, None)


def test_configuration_that_does_not_parse_adds_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[tool.ruff\n", "setup.cfg": "[[[\n"})
    assert conventions_of(tmp_path).tools == ()
