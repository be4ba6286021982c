"""The desk's own commands: a message, a conversation, and the shop that both need."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.surfaces.cli.program import Program

SECONDS_MAX = 60


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holdfast: Program) -> Path:
    monkeypatch.chdir(tmp_path)
    assert holdfast.bare("init", "support").code == 0
    return tmp_path / "shop.db"


def talk(holdfast: Program, *lines: str, customer: str = "c-1001") -> subprocess.CompletedProcess[str]:
    """Talk with the desk in a process of its own, a line after the other."""
    program = "import sys; from holdfast.surfaces.cli.main import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", program, "run", "support", "--customer", customer],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        cwd=holdfast.folder,
        env=holdfast.environment,
        timeout=SECONDS_MAX,
    )


def test_the_shop_is_made_once(shop: Path, holdfast: Program) -> None:
    again = holdfast.bare("init", "support")
    assert (again.code, shop.is_file()) == (2, True)
    assert "expected no file yet" in again.err


def test_an_app_that_needs_nothing_says_so(holdfast: Program) -> None:
    assert "run it as it is" in holdfast.bare("init", "review").err


def test_without_a_shop_it_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holdfast: Program
) -> None:
    monkeypatch.chdir(tmp_path)
    told = holdfast("run", "support", "where is my order?")
    assert (told.code, "holdfast init support" in told.err) == (2, True)


def test_one_message_is_answered(shop: Path, holdfast: Program) -> None:
    told = holdfast("run", "support", "where is order A-5001?", "--json")
    assert "RM-778120" in told.json["reply"]


def test_a_conversation_goes_on_from_what_was_said(shop: Path, holdfast: Program) -> None:
    talked = talk(holdfast, "where is order A-5001?", "", "and what is your warranty policy?")
    assert talked.returncode == 0
    assert talked.stdout.index("RM-778120") < talked.stdout.index("2 years")


def test_a_customer_confirms_in_the_conversation_what_cannot_be_restored(shop: Path, holdfast: Program) -> None:
    talked = talk(holdfast, "cancel order A-5030", "n", "cancel order A-5030", "y", customer="c-1003")
    assert talked.stdout.count("I could not cancel order A-5030") == 1
    assert talked.stdout.count("Order A-5030 is cancelled.") == 1


@pytest.mark.parametrize("option", [("--json",), ("--request-id", "r1")])
def test_a_conversation_takes_no_option_that_is_of_one_run(
    shop: Path, holdfast: Program, option: tuple[str, ...]
) -> None:
    told = holdfast("run", "support", *option)
    assert (told.code, "expected a message" in told.err) == (2, True)


def test_what_a_customer_has_not_answered_is_neither_confirmed_nor_rejected(shop: Path, holdfast: Program) -> None:
    talked = talk(holdfast, "cancel order A-5030", customer="c-1003")
    assert (talked.returncode, talked.stdout) == (0, "")
    (waiting,) = holdfast("inbox", "--json").json
    assert (waiting["tool"], waiting["user"]) == ("cancel_order", "c-1003")


def test_a_request_that_waits_for_a_person_holds_up_no_other(shop: Path, holdfast: Program) -> None:
    talked = talk(holdfast, "refund the trekking tents", "what is your warranty policy?", customer="c-1004")
    assert "this waits: people are to say yes or no" in talked.stderr
    assert "2 years" in talked.stdout
    (waiting,) = holdfast("inbox", "--json").json
    assert waiting["tool"] == "refund"
