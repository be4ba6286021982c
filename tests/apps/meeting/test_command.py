"""The assistant's own commands: what is asked of it, its briefing on the terminal, and the company that it needs."""

import asyncio
import io
from pathlib import Path

import pytest
from rich.console import Console

from holdfast.apps.meeting.command import System, command
from holdfast.apps.meeting.company.company import Company
from holdfast.kernel.errors import InputError
from holdfast.runtime import Runtime
from holdfast.surfaces.cli.extension import Ended, InitCommand
from tests.apps.meeting.firm import APPS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    told = command.init(tmp_path, seed=2)
    assert told[0] == f"made the company Corvin Supply in {tmp_path / 'company.db'}"
    return tmp_path


def test_it_makes_what_it_needs(folder: Path) -> None:
    assert isinstance(command, InitCommand)
    with pytest.raises(InputError, match="expected no file yet"):
        command.init(folder)


def test_without_a_company_it_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holdfast init meeting"):
        command.ask(company=tmp_path / "company.db")


def test_an_agenda_may_be_in_a_file(folder: Path) -> None:
    (folder / "agenda.md").write_text("- freight")
    asked = command.ask(agenda=folder / "agenda.md", company=folder / "company.db", out=folder / "out").input
    assert asked == {
        "request": "- freight",
        "company": str(folder / "company.db"),
        "folder": str(folder / "out"),
        "case": None,
    }
    with pytest.raises(InputError, match="expected an agenda"):
        command.ask(agenda=folder / "none.md", company=folder / "company.db")


def test_an_outage_whose_file_is_not_there_is_refused_before_the_run(folder: Path) -> None:
    with pytest.raises(InputError, match="'holdfast init incident --seed 1'"):
        command.ask(case=folder / "none.db", company=folder / "company.db")


def test_systems_are_down_until_the_next_time(folder: Path) -> None:
    company = Company(folder / "company.db")
    command.ask(company=company.path, fail=[System.SHIPPING])
    assert company.is_down("shipping")
    command.ask(company=company.path)
    assert not company.is_down("shipping")


@pytest.mark.parametrize("is_terminal", [True, False])
async def test_the_briefing_is_shown(folder: Path, is_terminal: bool) -> None:
    given = command.ask("Which carrier is late?", company=folder / "company.db", out=folder / "out").input
    async with Runtime.open("memory:", apps=APPS) as runtime:
        run = await runtime.start("meeting", given)
        ended = Ended(run, await run.wait(), await run.result())
        out = io.StringIO()
        await command.show(ended, None, Console(file=out, force_terminal=is_terminal, width=100))
        record = await command.record(ended, None)
    briefing = record["briefing"]
    assert isinstance(briefing, dict)
    assert "Monte Cargo is late most often" in out.getvalue()
    assert str(folder / "out" / "briefing.md") in out.getvalue().replace("\n", "")
    assert (await asyncio.to_thread((folder / "out" / "briefing.md").read_text) in out.getvalue()) is not is_terminal
    assert command.exit_code(ended, None) == 0
