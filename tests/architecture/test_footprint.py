"""What a start of Holdfast loads, and that the benchmark of it prints what it promises."""

import json
import re
import subprocess
import sys
import sysconfig
from dataclasses import fields
from pathlib import Path

import pytest

from bench import footprint

ROOT = Path(__file__).parents[2]
HOLDFAST = Path(sysconfig.get_path("scripts")) / "holdfast"

OPTIONAL = [
    "anthropic",
    "bandit",
    "cryptography",
    "detect_secrets",
    "fastapi",
    "genai_prices",
    "google.genai",
    "httpx2",
    "jsonschema",
    "lizard",
    "mcp",
    "openai",
    "opentelemetry",
    "pip_audit",
    "psycopg",
    "temporalio",
]


def loaded_by(*command: str) -> set[str]:
    """The modules a fresh process loads, and every package above them."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command], capture_output=True, text=True, timeout=60, check=True
    )
    modules = re.findall(r"^import time:[^|]*\|[^|]*\|\s*([\w.]+)$", done.stderr, re.MULTILINE)
    return {".".join(module.split(".")[:depth]) for module in modules for depth in range(1, module.count(".") + 2)}


@pytest.mark.parametrize("name", [*OPTIONAL, "rich", "typer"])
def test_import_holdfast_loads_nothing_optional(name: str, loaded_by_import: set[str]) -> None:
    assert name not in loaded_by_import


@pytest.fixture(scope="module")
def loaded_by_import() -> set[str]:
    return loaded_by("-c", "import holdfast")


@pytest.mark.parametrize("name", OPTIONAL)
def test_holdfast_help_loads_nothing_optional(name: str, loaded_by_help: set[str]) -> None:
    assert name not in loaded_by_help


@pytest.fixture(scope="module")
def loaded_by_help() -> set[str]:
    return loaded_by(str(HOLDFAST), "--help")


def test_what_is_loaded_is_seen(loaded_by_import: set[str]) -> None:
    """The two tests above would pass on an empty list."""
    assert {"holdfast", "encodings"} <= loaded_by_import


def test_the_footprint_is_printed_as_one_json_object() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.footprint", "--json", "--repeats", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    printed = json.loads(done.stdout)
    assert set(printed) == {field.name for field in fields(footprint.Footprint)}
    assert all(printed[figure] > 0 for figure in printed if figure.endswith("_cpu_seconds"))


def test_a_command_that_fails_has_no_figure() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        footprint.cpu_seconds([sys.executable, "-c", "raise SystemExit(3)"])
