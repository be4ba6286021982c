"""What a user installs: the wheel holds every file the running program reads, and its entry points."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=120)
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_holds_every_source_file_prompts_and_marker_included(wheel: zipfile.ZipFile) -> None:
    source = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*") if path.is_file()}
    expected = {name for name in source if "__pycache__" not in name}
    assert "holdfast/py.typed" in expected
    assert expected == {name for name in wheel.namelist() if ".dist-info/" not in name}


def test_the_wheel_offers_the_program_and_the_applications(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    offered = wheel.read(name).decode()
    assert "holdfast = holdfast.surfaces.cli.main:main" in offered
    for app in ("review", "support", "onboarding", "incident"):
        assert f"{app} = holdfast.apps.{app}:app" in offered
