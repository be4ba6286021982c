"""The assistant's own command line: ``holdfast run meeting``, its briefing, and ``holdfast init meeting``."""

import enum
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from holdfast.apps.meeting.briefing.markdown import markdown
from holdfast.apps.meeting.briefing.model import Briefing
from holdfast.apps.meeting.company.company import Company
from holdfast.apps.meeting.company.founding import found
from holdfast.kernel.errors import InputError
from holdfast.orchestration.people.following import Entry
from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.extension import Ask, Ended
from holdfast.surfaces.cli.showing.terminal import clean, styled

COMPANY, OUT = "company.db", "briefing"
REQUEST = "Prepare Monday's operations meeting"
SEED = 2


class System(enum.StrEnum):
    """The company's systems."""

    FINANCE = "finance"
    SHIPPING = "shipping"
    INCIDENTS = "incidents"


class MeetingCommand:
    """``holdfast run meeting``."""

    def ask(
        self,
        request: Annotated[str, typer.Argument(help="What is to be prepared: a question, or an agenda.")] = REQUEST,
        agenda: Annotated[
            Path | None, typer.Option("--agenda", metavar="FILE", help="Read the agenda from a file instead.")
        ] = None,
        company: Annotated[Path, typer.Option("--company", help="The company's file.")] = Path(COMPANY),
        out: Annotated[Path, typer.Option("--out", help="The folder for the briefing and its charts.")] = Path(OUT),
        case: Annotated[
            Path | None,
            typer.Option("--case", metavar="FILE", help="An outage to be investigated by the app incident."),
        ] = None,
        fail: Annotated[
            list[System] | None,
            typer.Option("--fail", help="Have a system of the company be down until the next run."),
        ] = None,
    ) -> Ask:
        """Prepare a meeting: analysts with collectors and charts of their own, and a briefing whose figures hold."""
        firm = Company(company)
        firm.check()
        if case is not None and not case.is_file():
            raise InputError(
                f"expected an outage's file at '{case}', found none: make one with 'holdfast init incident --seed 1'"
            )
        given = {
            "request": request if agenda is None else _read(agenda),
            "company": str(company.resolve()),
            "folder": str(out.resolve()),
            "case": None if case is None else str(case.resolve()),
        }
        firm.fail(*(fail or ()))
        return Ask(given)

    def init(
        self,
        folder: Path,
        seed: Annotated[int, typer.Option("--seed", help="Which company: the same seed makes the same.")] = SEED,
    ) -> Sequence[str]:
        """Make a company with its books, shipments and incidents."""
        path = folder / COMPANY
        company = found(path, seed).company
        where = "" if path == Path(COMPANY) else f" --company {path}"
        return (
            f"made the company {company} in {path}",
            f'prepare its meeting with: holdfast run meeting "{REQUEST}"{where}',
            "and see what becomes of it while a system is down, with: --fail shipping",
        )

    def progress_line(self, entry: Entry) -> str | None:
        return None

    async def record(self, ended: Ended, options: object) -> Mapping[str, object]:
        return {"briefing": ended.value}

    async def show(self, ended: Ended, options: object, console: Console) -> None:
        briefing = Briefing.model_validate(ended.value)
        text = str(clean(markdown(briefing), keeps_lines=True))
        if console.is_terminal:
            console.print(Markdown(text, hyperlinks=False))
        else:
            console.file.write(text)
        console.print(styled(f"The briefing is in {briefing.file}"), soft_wrap=True)

    def exit_code(self, ended: Ended, options: object) -> int:
        return ExitCode.OK


def _read(agenda: Path) -> str:
    try:
        return agenda.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"expected an agenda at '{agenda}', found none that can be read: {error}") from error


command = MeetingCommand()
