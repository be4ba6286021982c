"""What was found of the sandboxes of this machine: as tables, and as JSON."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from holdfast.integration.tools.sandbox.probes.selftest import Verdict
from holdfast.runtime.sandboxes import Examined, Level
from holdfast.surfaces.cli.showing.terminal import styled


def sandbox_records(found: Sequence[Examined], chosen: Level | None, facts: Mapping[str, str]) -> dict[str, object]:
    """Return one JSON object: the level to use, what this machine is, and each level with its probes."""
    return {
        "chosen": chosen,
        "machine": facts,
        "levels": [
            {"level": one.level, "holds": not one.refused, "refused": one.refused or None, "probes": one.verdicts}
            for one in found
        ],
    }


def print_sandboxes(
    found: Sequence[Examined], chosen: Level | None, facts: Mapping[str, str], console: Console
) -> None:
    """Print each level with its probes, then the one that is used here."""
    console.print(styled(", ".join(f"{name} {told}" for name, told in facts.items())))
    for one in found:
        state = styled("refused", style="red") if one.refused else styled("holds", style="green")
        console.print()
        console.print(styled(one.level, style="bold"), state)
        if one.refused:
            console.print(styled(f"→ {one.refused}"))
        if one.verdicts:
            console.print(_table(one.verdicts))
    console.print()
    used = f"used here: {chosen}" if chosen else "nothing holds here: code from outside is not run"
    console.print(styled(used, style="bold"))


def _table(verdicts: Sequence[Verdict]) -> Table:
    table = Table(box=None, pad_edge=True, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis")
    for verdict in verdicts:
        word, style = ("held", "green") if verdict.held else ("known", "yellow")
        if not verdict.is_acceptable:
            word, style = "LEAK", "red"
        table.add_row(styled(word, style=style), styled(verdict.tries), styled(verdict.found))
    return table
