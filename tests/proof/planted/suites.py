"""The suites that planted bugs are shown to. Each returns what it found, None if it saw nothing."""

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from tests.proof.crash.table import table
from tests.proof.simulation.plan import plan
from tests.proof.simulation.run import simulate

SEEDS_MAX = 300
CRASH_POINTS = 40
TRIALS_AT_ONCE = 2
TESTS = Path(__file__).parents[2]
STORES = TESTS / "journal" / "stores"
BUDGETS = TESTS / "orchestration" / "test_budgets_hold.py"


def simulation() -> str | None:
    """Simulate seed after seed."""
    for seed in range(SEEDS_MAX):
        if wrong := simulate(plan(seed)).wrong:
            return f"seed {seed}: {wrong[0]}"
    return None


def crash() -> str | None:
    """Kill runs at points spread over all scenarios."""
    wrong = table(CRASH_POINTS, TRIALS_AT_ONCE).wrong
    return wrong[0] if wrong else None


def stores() -> str | None:
    """Run the conformance suite and the other tests of the stores."""
    return _tested(STORES)


def budgets() -> str | None:
    """Run the tests that watch every budget at every moment."""
    return _tested(BUDGETS)


def _tested(path: Path) -> str | None:
    """Run the tests of ``path`` here, where the bug is."""
    said = io.StringIO()
    options = [
        "-x",
        "-q",
        "--hypothesis-profile=found",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=--import-mode=importlib",
        "-m",
        "not slow",
    ]
    with redirect_stdout(said), redirect_stderr(said):
        code = pytest.main([*options, str(path)])
    if code == pytest.ExitCode.OK:
        return None
    failed = [line for line in said.getvalue().splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0] if failed else f"pytest ended with {code}"


SUITES: dict[str, Callable[[], str | None]] = {
    "simulation": simulation,
    "crash": crash,
    "stores": stores,
    "budgets": budgets,
}
