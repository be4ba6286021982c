"""An app may bring a command of its own: its arguments, its words, its JSON, its exit code."""

from pathlib import Path

import pytest

from holdfast.kernel.errors import DefinitionError
from holdfast.surfaces.cli.app_command import RunOptions, load_command, typer_command
from holdfast.surfaces.cli.extension import Ask, PlainCommand
from tests.surfaces.cli.program import Program
from tests.surfaces.cli.tiny_apps import ShoutCommand


def test_its_arguments_become_the_input_and_its_options_its_result(holdfast: Program) -> None:
    done = holdfast("run", "shout", "wake", "up", "--loud")
    assert (done.code, done.out) == (0, "WAKE UP\n")


def test_its_fields_stand_beside_those_of_every_run(holdfast: Program) -> None:
    shown = holdfast("run", "shout", "wake", "--json").json
    assert shown["shouted"] == "wake"
    assert "result" not in shown
    assert shown["status"] == "COMPLETE"


def test_it_decides_the_exit_code_of_a_run_that_succeeded(holdfast: Program) -> None:
    assert holdfast("run", "shout", "wake", "up", "--fail-on", "up").code == 1
    assert holdfast("run", "shout", "wake", "up", "--fail-on", "down").code == 0


def test_it_has_words_of_its_own_for_what_happens(holdfast: Program) -> None:
    assert "it is out" in holdfast("run", "shout", "wake").err


def test_its_help_lists_its_options_and_those_of_every_run(holdfast: Program) -> None:
    told = holdfast.bare("run", "shout", "--help").out
    for option in ("--loud", "--fail-on", "--model", "--budget-usd", "--json"):
        assert option in told
    assert "Shout something." in told


def test_the_help_of_run_lists_every_app_even_one_that_cannot_be_loaded(holdfast: Program) -> None:
    told = holdfast.bare("run", "--help").out
    for app in ("broken", "greet", "shout"):
        assert app in told


def test_a_resumed_run_is_shown_by_the_same_command_without_options(holdfast: Program) -> None:
    run = holdfast("run", "shout", "wake", "--json").json["run_id"]
    assert holdfast("resume", run).out == "wake\n"


def test_what_an_app_needs_may_be_made_apart_from_its_command_with_options_of_its_own(
    holdfast: Program, tmp_path: Path
) -> None:
    made = holdfast.bare("init", "shout", "--size", "3", "--folder", str(tmp_path), "--json")
    assert made.json == {"app": "shout", "made": ["made a megaphone of size 3"]}
    assert (tmp_path / "megaphone").read_text() == "3"
    told = holdfast.bare("init", "shout", "--help").out
    assert "Make a megaphone." in told
    assert "--size" in told
    assert "shout" in holdfast.bare("init", "--help").out


@pytest.mark.parametrize(("app", "told"), [("greet", "run it as it is"), ("nobody", "nobody"), ("broken", "broken")])
def test_an_app_for_which_nothing_can_be_made_says_why(holdfast: Program, app: str, told: str) -> None:
    done = holdfast.bare("init", app, "--folder", "x")
    assert (done.code, told in done.err) == (2, True)


@pytest.mark.usefixtures("holdfast")
def test_an_app_without_a_command_of_its_own_gets_the_plain_one() -> None:
    assert isinstance(load_command("greet"), PlainCommand)
    assert isinstance(load_command("shout"), ShoutCommand)


def test_an_option_that_every_run_has_cannot_be_taken() -> None:
    class Greedy(PlainCommand):
        def ask(self, store: str) -> Ask:  # type: ignore[override]  # every command has arguments of its own
            return Ask(store)

    with pytest.raises(DefinitionError, match="store"):
        typer_command("greedy", Greedy("greedy"), lambda app, command, ask, options: int(options != RunOptions()))
