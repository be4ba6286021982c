"""Personal data is masked in whatever the command line shows of a run, until somebody reveals it, which is noted."""

import json
import stat

import pytest

from tests.surfaces.cli.program import Program

PERSON = "ada@example.org"
COMMANDS = (
    ("show",),
    ("show", "--json"),
    ("trace",),
    ("trace", "--json"),
    ("tail", "--no-follow"),
    ("tail", "--no-follow", "--json"),
    ("replay", "--turn", "1"),
    ("replay", "--turn", "1", "--json"),
)


@pytest.fixture
def run(holdfast: Program) -> str:
    """A run about a person, in its title, its input and its prompt."""
    done = holdfast("run", "greet", f"write to {PERSON} and +49 30 1234567", "--json")
    assert done.code == 0, done.err
    return str(done.json["run_id"])


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_that_is_shown_names_a_person(holdfast: Program, run: str, command: tuple[str, ...]) -> None:
    name, *options = command
    done = holdfast(name, run, *options)
    assert done.code == 0, done.err
    assert PERSON not in done.out + done.err
    assert "1234567" not in done.out + done.err
    if name == "replay":
        assert "write to [email-1] and [phone-1]" in done.out


def test_the_list_of_runs_masks_titles(holdfast: Program, run: str) -> None:
    assert PERSON not in holdfast("runs").out + holdfast("runs", "--json").out


def test_who_reveals_is_noted_before_it_is_shown(holdfast: Program, run: str) -> None:
    assert PERSON in holdfast("replay", run, "--turn", "1", "--reveal").out
    notes = holdfast.store.with_name(holdfast.store.name + ".reveals")
    (note,) = [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]
    assert (note["command"], note["run"]) == ("replay", run)
    assert note["by"]
    assert note["at"] > 0
    assert stat.S_IMODE(notes.stat().st_mode) == 0o600


def test_nothing_is_revealed_that_cannot_be_noted(holdfast: Program, run: str) -> None:
    holdfast.store.with_name(holdfast.store.name + ".reveals").mkdir()
    done = holdfast("show", run, "--reveal")
    assert done.code == 2
    assert "nothing is shown" in done.err
    assert PERSON not in done.out
