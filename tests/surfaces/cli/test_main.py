"""The program itself: its help, its version, and what it takes to start."""

import json
import subprocess
import sys

import pytest

from holdfast.surfaces.cli.main import COMMANDS
from holdfast.version import VERSION
from tests.surfaces.cli.program import Program

HEAVY = ("asyncio", "pydantic", "holdfast.runtime", "holdfast.orchestration", "rich.live", "sqlite3")


def test_help_lists_the_commands_in_the_order_they_are_needed_and_the_exit_codes(holdfast: Program) -> None:
    told = holdfast.bare("--help")
    places = [told.out.index(f"│ {command} ") for command in COMMANDS]
    assert told.code == 0
    assert places == sorted(places)
    assert "Exit codes: 0 done · 1 the run failed" in " ".join(told.out.split())


MCP = ("pin", "list", "diff", "approve", "serve")
WITHOUT_STORE = (
    "init shout",
    "sandbox doctor",
    "tools",
    "policy check",
    "policy test",
    *(f"mcp {each}" for each in MCP[:-1]),
)
"""Commands that ask no journal."""
GROUPS = {"init": ("shout",), "sandbox": ("doctor",), "policy": ("check", "test", "explain"), "mcp": MCP}
"""Commands that have commands of their own."""
LEAVES = [f"{name} {below}".strip() for name in COMMANDS for below in GROUPS.get(name, ("",))]


@pytest.mark.parametrize("command", LEAVES)
def test_every_command_has_help_and_can_print_json(holdfast: Program, command: str) -> None:
    told = holdfast.bare(*command.split(), "--help") if command != "run" else holdfast.bare("run", "greet", "--help")
    assert told.code == 0
    assert ("--json" in told.out) == (command != "mcp serve")  # which speaks a protocol of its own
    assert ("--store" in told.out) == (command not in WITHOUT_STORE)


def test_without_a_command_it_prints_its_help(holdfast: Program) -> None:
    done = holdfast.bare()
    assert done.code == 0
    assert "Usage: holdfast" in done.out


def test_it_tells_its_version(holdfast: Program) -> None:
    assert holdfast.bare("--version").out == f"holdfast {VERSION}\n"


def test_help_loads_nothing_that_only_commands_need(holdfast: Program) -> None:
    script = (
        "import json, sys\n"
        "from holdfast.surfaces.cli.main import main\n"
        "main(['--help'])\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=holdfast.environment, capture_output=True, text=True, check=True
    )
    loaded = json.loads(done.stderr)
    assert "typer" in loaded
    assert [module for module in HEAVY if module in loaded] == []


def test_a_reader_that_goes_away_ends_it_without_a_traceback(holdfast: Program) -> None:
    run = holdfast("run", "wide", str(list(range(300))), "--json").json["run_id"]
    process = holdfast.begin("tail", run)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 1


def test_a_value_that_an_option_does_not_have_is_told_in_words(holdfast: Program) -> None:
    done = holdfast("costs", "--by", "colour")
    assert done.code == 2
    assert "Invalid value for '--by': 'colour' is not one of 'run'" in done.err


def test_a_group_of_commands_alone_prints_its_help_and_nothing_more(holdfast: Program) -> None:
    done = holdfast.bare("sandbox")
    assert (done.code, done.err) == (2, "")
    assert "doctor" in done.out
