"""The investigation's own command line: ``holdfast run incident CASE``."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from holdfast.apps.incident.report import Report
from holdfast.apps.incident.request import open_case
from holdfast.apps.incident.showing import lines
from holdfast.orchestration.people.following import Entry
from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.extension import Ask, Ended


@dataclass(frozen=True, slots=True)
class IncidentOptions:
    """What is remembered of a command line."""

    with_queries: bool = False


class IncidentCommand:
    """``holdfast run incident``."""

    def ask(
        self,
        case: Annotated[Path, typer.Argument(help="The file of the outage: logs, metrics, changes.")],
        *,
        queries: Annotated[bool, typer.Option("--queries", help="Show the queries that the claims cite.")] = False,
    ) -> Ask:
        """Investigate an outage: suppose, try to refute, and report the cause with what shows it."""
        open_case(case)
        return Ask({"case": str(case.resolve())}, IncidentOptions(queries))

    def progress_line(self, entry: Entry) -> str | None:
        return None

    async def record(self, ended: Ended, options: object) -> Mapping[str, object]:
        return {"report": ended.value}

    async def show(self, ended: Ended, options: object, console: Console) -> None:
        wanted = options if isinstance(options, IncidentOptions) else IncidentOptions()
        for line in lines(Report.model_validate(ended.value), with_queries=wanted.with_queries):
            console.print(line, soft_wrap=True)

    def exit_code(self, ended: Ended, options: object) -> int:
        return ExitCode.OK


command = IncidentCommand()
