"""A conversation as it goes on at a terminal, and over a pipe that stays open."""

import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.surfaces.cli.program import Program

SECONDS_MAX = 60
CTRL_C, CTRL_D = b"\x03", b"\x04"
PROGRAM = (sys.executable, "-c", "import sys; from holdfast.surfaces.cli.main import main; sys.exit(main())")


class Terminal:
    """A terminal at which a customer talks with the desk."""

    def __init__(self, process: "subprocess.Popen[bytes]", descriptor: int) -> None:
        self.process, self._descriptor = process, descriptor

    def until(self, text: str) -> str:
        """Return what is shown from where it was last looked at, up to ``text``."""
        read = b""
        while text.encode() not in read:
            assert select.select([self._descriptor], [], [], SECONDS_MAX)[0], f"{text!r} never came: {read!r}"
            read += os.read(self._descriptor, 1)
        return read.decode().replace("\r\n", "\n")

    def say(self, keys: bytes) -> None:
        os.write(self._descriptor, keys)

    @property
    def code(self) -> int:
        return self.process.wait(SECONDS_MAX)


@contextmanager
def terminal(holdfast: Program, customer: str) -> Iterator[Terminal]:
    mine, its = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "run", "support", "--customer", customer],
        stdin=its,
        stdout=its,
        stderr=its,
        cwd=holdfast.folder,
        env={**holdfast.environment, "TERM": "dumb"},
        start_new_session=True,
        preexec_fn=_takes_the_terminal,
    )
    os.close(its)
    try:
        yield Terminal(process, mine)
    finally:
        process.kill()
        process.wait(SECONDS_MAX)
        os.close(mine)


def _takes_the_terminal() -> None:
    os.close(os.open(os.ttyname(0), os.O_RDWR))


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holdfast: Program) -> None:
    monkeypatch.chdir(tmp_path)
    assert holdfast.bare("init", "support").code == 0


def test_a_reply_is_shown_once_and_the_talk_ends_with_its_input(holdfast: Program) -> None:
    with terminal(holdfast, "c-1002") as desk:
        assert "You are Bruno Keller" in desk.until("> ")
        desk.say(b"where is my parcel with the hiking boots?\n")
        shown = desk.until("\n> ")
        desk.say(CTRL_D)
        assert (shown.count("DH-993412"), "corrected" in shown, desk.code) == (1, False, 0)


def test_who_stops_the_talk_when_asked_to_confirm_has_confirmed_nothing(holdfast: Program) -> None:
    with terminal(holdfast, "c-1003") as desk:
        desk.until("> ")
        desk.say(b"cancel order A-5030\n")
        desk.until("[y/N] ")
        desk.say(CTRL_C)
        assert "holdfast decide" in desk.until("inbox)")
        assert desk.code == 130
    (waiting,) = holdfast("inbox", "--json").json
    assert waiting["tool"] == "cancel_order"


def test_what_was_decided_elsewhere_while_the_customer_thought_it_over_stands(holdfast: Program) -> None:
    with terminal(holdfast, "c-1003") as desk:
        desk.until("> ")
        desk.say(b"cancel order A-5030\n")
        desk.until("[y/N] ")
        (waiting,) = holdfast("inbox", "--json").json
        rejects = ("--reject", "not now", "--of", "user", "--by", "c-1003")
        assert holdfast("decide", waiting["run_id"], waiting["step"], *rejects).code == 0
        desk.say(b"y\n")
        shown = desk.until("\n> ")
        assert "c-1003 was first" in shown
        assert "I could not cancel order A-5030: c-1003 has said no" in shown
        assert "this waits" not in shown
        desk.say(CTRL_D)
        assert desk.code == 0


def test_who_stops_the_talk_at_the_prompt_ends_it(holdfast: Program) -> None:
    with terminal(holdfast, "c-1003") as desk:
        desk.until("> ")
        desk.say(CTRL_C)
        assert desk.code == 130


def test_lines_that_come_at_once_are_each_answered_while_the_pipe_stays_open(holdfast: Program) -> None:
    with subprocess.Popen(
        [*PROGRAM, "run", "support"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=holdfast.folder,
        env=holdfast.environment,
    ) as desk:
        assert desk.stdin is not None
        assert desk.stdout is not None
        desk.stdin.write(b"where is order A-5001?\nwhat is your warranty policy?\n")
        desk.stdin.flush()
        heard = Terminal(desk, desk.stdout.fileno())
        assert "RM-778120" in heard.until("2 years")
        desk.stdin.close()
        assert heard.code == 0
