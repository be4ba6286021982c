"""What every test shares: hypothesis profiles, the number of crash points, the line that reports branch coverage."""

import io

import coverage
import pytest
from hypothesis import HealthCheck, Phase, settings

# "ci" is the same on every machine and every day; "thorough" looks further: pytest --hypothesis-profile=thorough;
# "found" makes no smaller case of what it finds: planted bugs need only be seen
settings.register_profile(
    "ci",
    derandomize=True,
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", parent=settings.get_profile("ci"), derandomize=False, max_examples=2_000)
settings.register_profile("found", parent=settings.get_profile("ci"), phases=(Phase.explicit, Phase.generate))
settings.load_profile("ci")

CRASH_POINTS_QUICK = 4
COUNTED = "counted"
"""The property under which a test records a line for the end of the report."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a caller say how many points of a run the crash tests kill it at."""
    parser.addoption(
        "--crash-points",
        type=int,
        default=CRASH_POINTS_QUICK,
        help=f"how many points of a run the crash tests kill it at (default {CRASH_POINTS_QUICK})",
    )


@pytest.fixture(scope="session")
def crash_points(request: pytest.FixtureRequest) -> int:
    """How many points of a run to kill it at: few in the quick gate, many in `.ci/run`."""
    chosen = request.config.getoption("--crash-points")
    assert isinstance(chosen, int)
    return chosen


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Report what tests counted, and branch coverage in one line where it was measured; its table is a command away."""
    for report in terminalreporter.stats.get("passed", ()):
        for line in (value for name, value in report.user_properties if name == COUNTED):
            terminalreporter.write_line(line)
    if not config.pluginmanager.hasplugin("_cov") or config.getoption("no_cov"):
        return
    measured = coverage.Coverage()
    measured.load()
    try:
        percent = measured.report(file=io.StringIO())
    except coverage.exceptions.NoDataError:
        return
    terminalreporter.write_line(f"Branch coverage {percent:.1f} %; by file: .venv/bin/coverage report")
