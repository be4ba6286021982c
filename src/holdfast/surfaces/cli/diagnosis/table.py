"""A diagnosis as a table."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from holdfast.surfaces.cli.diagnosis.finding import Finding, Level
from holdfast.surfaces.cli.showing.terminal import styled

STYLES = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


def print_findings(found: Sequence[Finding], console: Console) -> None:
    """Print what was found, with what to do below whatever is not in order."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in found:
        told = styled(finding.found)
        if finding.todo:
            told.append("\n").append(styled(f"→ {finding.todo}", style="bold"))
        table.add_row(styled(finding.level, style=STYLES[finding.level]), styled(finding.about), told)
    console.print(table)
