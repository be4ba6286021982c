"""What applications import is there, is typed, and costs nothing before it is asked for."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import holdfast
import holdfast.flow
import holdfast.routing

PACKAGE = Path(holdfast.__file__).parent


NAMES = [name for name in dir(holdfast) if not name.startswith("_")]


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(holdfast, name) is not None


def test_what_the_readme_needs_is_among_them() -> None:
    assert {"Agent", "App", "Budget", "Effect", "IdempotencyKey", "Prompt", "RunFailed", "Runtime", "tool"} <= {*NAMES}


@pytest.mark.parametrize("name", holdfast.flow.__all__)
def test_every_name_of_the_flow_algebra_is_there(name: str) -> None:
    assert getattr(holdfast.flow, name) is not None


@pytest.mark.parametrize("name", holdfast.routing.__all__)
def test_every_name_of_routing_is_there(name: str) -> None:
    assert getattr(holdfast.routing, name) is not None


def test_a_name_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Agnet': it offers Agent, Alert, Allow"):
        _ = holdfast.Agnet  # type: ignore[attr-defined]  # what this test is about


def test_type_checkers_see_the_same_names_from_the_same_homes() -> None:
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    imported = {
        str(alias.asname): (str(statement.module), alias.name)
        for statement in stub.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert set(imported) == set(NAMES)
    for name, (module, original) in imported.items():
        assert getattr(importlib.import_module(module), original) is getattr(holdfast, name)


def test_importing_it_loads_nothing_else() -> None:
    script = "import sys, holdfast; print([name for name in ('pydantic', 'asyncio', 'sqlite3') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_name_whose_package_is_not_installed_says_how_to_get_it() -> None:
    script = "import sys; sys.modules['sqlglot'] = None; import holdfast; holdfast.sql_tools"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "holdfast.sql_tools needs sqlglot: pip install 'holdfast[sql]'" in done.stderr


def test_it_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()
