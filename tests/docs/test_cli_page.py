"""The page of the command line has every command with every option, as `--help` prints them."""

import re

import pytest
from typer.testing import CliRunner

from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.main import app
from tests.docs.reference import REFERENCE, codes, rows, sections

PAGE = REFERENCE / "cli.md"
COMMANDS = sections(PAGE, level=2)
WIDE = {"COLUMNS": "240", "TERM": "dumb", "NO_COLOR": "1"}
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*|-[a-z])(?![\w-])")
EVERYWHERE = {"--help"}


def options(*command: str) -> set[str]:
    """The options in a command's help, those of any run included."""
    done = CliRunner().invoke(app, [*command, "--help"], env=WIDE)
    assert done.exit_code == 0, done.output
    panel = "\n".join(line for line in done.output.splitlines() if line.startswith("│ "))
    left = "\n".join(re.split(r"\s{2,}(?=[A-Z])", line.strip("│ "))[0] for line in panel.splitlines())
    return set(OPTION.findall(left)) - EVERYWHERE


def described(name: str) -> set[str]:
    return {option for row in rows(COMMANDS[name]) for option in codes(row[0])}


def test_every_command_has_a_section() -> None:
    listed = re.findall(r"^│ (\w+)  ", CliRunner().invoke(app, ["--help"], env=WIDE).output, re.MULTILINE)
    assert {f"holdfast {command}" for command in listed} == {name for name in COMMANDS if name.count(" ") == 1}


@pytest.mark.parametrize("made_for", ["init", "run"])
def test_every_app_with_options_of_its_own_has_a_section(made_for: str) -> None:
    shown = CliRunner().invoke(app, [made_for, "--help"], env=WIDE).output
    listed = set(re.findall(r"^│ (\w+)  ", shown, re.MULTILINE))
    told = {name.split()[2] for name in COMMANDS if name.startswith(f"holdfast {made_for} ")}
    own = {name for name in listed if options(made_for, name) - described("holdfast run")}
    assert told == own


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "holdfast run"])
def test_every_option_of_a_command_is_described_and_no_other(name: str) -> None:
    shared = described("holdfast run") if name.startswith("holdfast run ") else set()
    assert described(name) | shared == options(*name.split()[1:])


def test_every_option_of_any_run_is_described() -> None:
    assert described("holdfast run") <= options("run", "review")


def test_every_exit_code_is_told() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("\n## ")[0]
    assert [int(row[0]) for row in rows(text)] == [code.value for code in ExitCode]
