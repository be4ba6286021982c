"""The program with the small applications installed, for every test of the command line."""

from pathlib import Path

import pytest

from holdfast.surfaces.cli.app_command import UNVERIFIED
from tests.surfaces.cli.program import Program, install


@pytest.fixture
def holdfast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    install(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv(UNVERIFIED, "1")  # some of the small applications show what must not be
    return Program(tmp_path)
