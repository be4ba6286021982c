"""ARCHITECTURE.md speaks of files and functions that are there, and leaves no package out."""

import ast
import re
from pathlib import Path

import pytest

from tests.docs.reference import ROOT, codes, first_codes, rows, sections

SOURCE = ROOT / "src" / "holdfast"
PAGE = ROOT / "ARCHITECTURE.md"
SECTIONS = sections(PAGE, level=2)
NAMED = re.findall(r"`([\w/]+\.py)` · `([\w.]+)`", SECTIONS["One run, followed through the files"])
UNLISTED = {"__init__.py", "__init__.pyi", "__main__.py", "version.py", "py.typed", "__pycache__"}


def is_listed(path: Path) -> bool:
    return path.name not in UNLISTED and not path.name.startswith(".")


def test_every_part_of_the_tree_is_listed() -> None:
    there = {path.name + "/" * path.is_dir() for path in SOURCE.iterdir() if is_listed(path)}
    assert set(first_codes(SECTIONS["The tree"])) == there


def test_every_package_of_the_largest_layer_is_listed() -> None:
    there = {path.name for path in (SOURCE / "orchestration").iterdir() if path.is_dir() and is_listed(path)}
    told = [code for row in rows(SECTIONS["Inside layer 2"]) for code in codes(row[0])]
    assert sorted(told) == sorted(f"{name}/" for name in there)


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_function_on_the_way_of_a_run_is_where_it_is_said_to_be(file: str, name: str) -> None:
    body: list[ast.stmt] = ast.parse((SOURCE / file).read_text(encoding="utf-8")).body
    for part in name.split("."):
        found = [node for node in body if name_of(node) == part]
        assert found, f"{file} has no {name}"
        body = getattr(found[0], "body", [])


def name_of(node: ast.stmt) -> str | None:
    match node:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name
        case ast.AnnAssign(target=ast.Name(id=name)):  # a function that is bound and not defined
            return name
        case _:
            return None


def test_every_step_of_a_run_names_a_function() -> None:
    assert all(re.search(r"\.py` · `", row[2]) for row in rows(SECTIONS["One run, followed through the files"]))


def test_every_place_to_add_something_to_is_there() -> None:
    named = [code for row in rows(SECTIONS["Where to add"]) for code in codes(row[1] + row[2]) if "/" in code]
    assert [code for code in named if not (SOURCE / code).exists()] == []


def test_the_page_is_one_page() -> None:
    assert len(Path(PAGE).read_text(encoding="utf-8").splitlines()) <= 120
