"""The review's own command line: ``holdfast run review PATH``, its options, and its report in four forms."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from holdfast.apps.review.assembly import report_of
from holdfast.apps.review.change.reading import pin
from holdfast.apps.review.findings.severity import Severity
from holdfast.apps.review.report.machine import json_report, report_object
from holdfast.apps.review.report.markdown import markdown_report
from holdfast.apps.review.report.sarif import sarif_report
from holdfast.apps.review.report.terminal import terminal_report, terminal_text
from holdfast.apps.review.report.value import ReviewReport, is_stopped
from holdfast.kernel.errors import InputError
from holdfast.orchestration.people.following import Entry
from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.extension import Ask, Ended
from holdfast.surfaces.cli.showing.terminal import styled

TEXT_WIDTH = 80
"""How wide the terminal's report is in a file."""


class Format(enum.StrEnum):
    """The forms of a report."""

    TERMINAL = "terminal"
    JSON = "json"
    SARIF = "sarif"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class ReviewOptions:
    """How the report is to be given."""

    format: Format = Format.TERMINAL
    output: Path | None = None
    fail_on: Severity | None = None


class ReviewCommand:
    """``holdfast run review``."""

    def ask(
        self,
        path: Annotated[str, typer.Argument(help="The folder or git repository to review.")] = ".",
        diff: Annotated[
            str | None,
            typer.Option("--diff", metavar="BASE..HEAD", help="Review only what changed between two revisions."),
        ] = None,
        form: Annotated[Format, typer.Option("--format", help="The form of the report.")] = Format.TERMINAL,
        output: Annotated[
            Path | None, typer.Option("--output", metavar="FILE", help="Write the report to a file.")
        ] = None,
        fail_on: Annotated[
            Severity | None, typer.Option("--fail-on", help="Exit with 1 if a finding is this bad or worse.")
        ] = None,
    ) -> Ask:
        """Review a repository: specialists in parallel, every finding grounded in the code, one ranked report."""
        root = Path(path).expanduser()
        if not root.is_dir():
            what = "a file" if root.exists() else "nothing"
            raise InputError(f"expected a folder to review, found {what} at '{path}': name the folder of a repository")
        if output is not None:
            _check_output(output)
        commits = pin(root, diff) if diff is not None else None
        given = {"path": _as_text_path(root), "diff": diff, "commits": commits}
        return Ask(given, ReviewOptions(form, output, fail_on))

    def progress_line(self, entry: Entry) -> str | None:
        return None

    async def record(self, ended: Ended, options: object) -> Mapping[str, object]:
        report, wanted = _report(ended), _options(options)
        if wanted.output is not None:
            _write(report, wanted.format, wanted.output, run=ended.run.id)
        return report_object(report)

    async def show(self, ended: Ended, options: object, console: Console) -> None:
        report, wanted = _report(ended), _options(options)
        if wanted.output is not None:
            _write(report, wanted.format, wanted.output, run=ended.run.id)
            console.print(styled(f"The report is in {wanted.output}"), soft_wrap=True)
        elif wanted.format is Format.TERMINAL and console.is_terminal:
            console.print(terminal_report(report))
        else:
            console.file.write(_as_text(report, wanted.format, width=console.width))

    def exit_code(self, ended: Ended, options: object) -> int:
        level = _options(options).fail_on
        return ExitCode.FAILED if level is not None and is_stopped(_report(ended), level) else ExitCode.OK


def _options(remembered: object) -> ReviewOptions:
    """Return the options of this command line; those of a run that was resumed are not known any more."""
    return remembered if isinstance(remembered, ReviewOptions) else ReviewOptions()


def _check_output(output: Path) -> None:
    """Raise InputError now for what could not be written in the end."""
    if not output.absolute().parent.is_dir():
        raise InputError(f"expected a folder for the report, found none at '{output.parent}': create it first")
    if output.is_dir():
        raise InputError(f"expected a file for the report, found a folder at '{output}': name a file in it")


def _as_text_path(root: Path) -> str:
    """Return the whole path; a run's input is text, which not every name on a disk is."""
    path = str(root.resolve())
    try:
        path.encode()
    except UnicodeEncodeError:
        raise InputError(
            f"expected a folder whose path is UTF-8, found {path!a}: review it under another name"
        ) from None
    return path


def _report(ended: Ended) -> ReviewReport:
    assert isinstance(ended.value, dict), "a review that succeeded has concluded"
    return report_of(ended.state, ended.value)


def _write(report: ReviewReport, form: Format, output: Path, *, run: str) -> None:
    try:
        output.write_text(_as_text(report, form), encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"expected to write the report to '{output}', found: {error.strerror}: 'holdfast resume {run}' shows it"
        ) from error


def _as_text(report: ReviewReport, form: Format, *, width: int = TEXT_WIDTH) -> str:
    """Return the report as text in one of its forms. ``width`` is that of the terminal's."""
    match form:
        case Format.JSON:
            return json_report(report)
        case Format.SARIF:
            return sarif_report(report)
        case Format.MARKDOWN:
            return markdown_report(report)
        case Format.TERMINAL:
            return terminal_text(report, width=width)


command = ReviewCommand()
