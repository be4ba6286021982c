"""The program, for the tests of the desk's own commands."""

from pathlib import Path

import pytest

from tests.surfaces.cli.program import Program


@pytest.fixture
def holdfast(tmp_path: Path) -> Program:
    return Program(tmp_path)
