"""Trouble with driving a run is told once, and given up on after a few times; the run itself loses nothing."""

import asyncio
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.kernel.errors import DefinitionChanged, DefinitionError, HoldfastError
from holdfast.kernel.ids import RunId
from holdfast.surfaces.cli.pursuing.race import first_of
from holdfast.surfaces.cli.pursuing.troubles import TROUBLES_MAX, Troubles
from tests.surfaces.cli.program import PROCESS_SECONDS_MAX, Program

RUN = RunId("run_0")
CHANGING = """\
from holdfast import App, Effect, tool
from holdfast.flow import FunctionNode
from holdfast.integration.tools.contract import OutcomeUnknown

@tool(effect=Effect.READ)
async def work(text: str) -> str:
    '''{does}'''
    import asyncio
    print("here", flush=True)
    await asyncio.sleep(60)
    return text

app = App("changing", FunctionNode("changing", "work", "{{'text': input}}"), functions=[work])
"""


def test_each_trouble_is_told_once_even_one_that_came_before_anybody_listened() -> None:
    troubles, said = Troubles(), list[str]()
    for _ in range(2):
        troubles.note(RUN, ValueError("out of order"))
    troubles.tell(said.append)
    troubles.note(None, HoldfastError("the disk is full"))
    assert said == ["trouble with run run_0: ValueError: out of order", "trouble with the store: the disk is full"]


def test_what_a_run_is_parked_with_is_told_as_its_reason_only() -> None:
    troubles, said = Troubles(), list[str]()
    troubles.tell(said.append)
    troubles.note(RUN, DefinitionChanged("flow has changed"))
    assert said == []


async def test_after_a_few_times_it_is_given_up() -> None:
    troubles = Troubles()
    giving_up = asyncio.create_task(troubles.give_up(RUN))
    for _ in range(TROUBLES_MAX):
        assert not giving_up.done()
        troubles.note(RUN, DefinitionError("no such app"))
        troubles.note(RunId("run_1"), DefinitionError("another"))
        await asyncio.sleep(0)
    with pytest.raises(HoldfastError, match=r"tried 3 times: no such app.*holdfast resume run_0"):
        await giving_up


async def test_the_first_to_end_wins_and_the_others_end_with_it() -> None:
    ended = list[str]()

    async def lasting() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("lasting")
        return "lasting"

    async def quick() -> str:
        return "quick"

    assert await first_of(lasting(), quick()) == "quick"
    assert ended == ["lasting"]


async def test_what_the_first_raises_is_raised() -> None:
    async def fails() -> str:
        raise HoldfastError("no")

    with pytest.raises(HoldfastError, match="no"):
        await first_of(fails(), asyncio.sleep(60, "late"))


def declare_changing_app(folder: Path, does: str) -> None:
    """Declare an app whose function says that it does this."""
    info = folder / "changing-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: changing\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[holdfast.apps]\nchanging = changing_app:app\n")
    (folder / "changing_app.py").write_text(CHANGING.format(does=does))


@pytest.fixture
def changed_run(holdfast: Program) -> str:
    """A run that was parked, whose app was changed since."""
    declare_changing_app(holdfast.folder, "Work one way.")
    process = holdfast.begin("run", "changing", "x", "--quiet")
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    process.send_signal(signal.SIGINT)
    assert holdfast.end(process).code == 130
    declare_changing_app(holdfast.folder, "Work in quite another way.")
    run: str = holdfast("runs", "--json").json[0]["run_id"]
    return run


def test_a_run_whose_app_was_changed_stays_parked_and_says_why(holdfast: Program, changed_run: str) -> None:
    resumed = holdfast.end(holdfast.begin("resume", changed_run))
    assert resumed.code == 3
    assert resumed.err.count("function:work has changed") == 1
    assert "Traceback" not in resumed.err


def test_a_run_whose_app_was_changed_can_still_be_cancelled(holdfast: Program, changed_run: str) -> None:
    assert holdfast.end(holdfast.begin("cancel", changed_run, "--json")).json["status"] == "CANCELLED"


def test_a_run_that_cannot_be_driven_here_holds_up_no_other(holdfast: Program, changed_run: str) -> None:
    (holdfast.folder / "changing_app.py").write_text("import no_such_package_anywhere\n")
    asked = holdfast.end(holdfast.begin("resume", changed_run))
    assert asked.code == 2
    assert "go on with 'holdfast resume" in asked.err
    beside = holdfast.end(holdfast.begin("run", "greet", "hello"))
    assert (beside.code, beside.out.splitlines()[0]) == (0, "Good morning")
    assert f"trouble with run {changed_run}: app 'changing' needs a package" in beside.err


def test_on_a_terminal_the_picture_leaves_nothing_behind(holdfast: Program) -> None:
    screen, terminal = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", "from holdfast.surfaces.cli.main import main; main(['run', 'greet', 'hello'])"],
            env={**holdfast.environment, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"},
            stdout=subprocess.PIPE,
            stderr=terminal,
            text=True,
            timeout=PROCESS_SECONDS_MAX,
            check=True,
        )
        shown = os.read(screen, 100_000).decode()
    finally:
        os.close(terminal)
        os.close(screen)
    assert done.stdout.startswith("Good morning")
    assert "greet  hello" in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")
    assert shown.endswith("\x1b[2K")
