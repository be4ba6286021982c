"""The tasks of a delegation as a table: who was given what, and what came of it."""

from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.table import Table

from holdfast.orchestration.delegation.task import TaskOutcome
from holdfast.orchestration.delegation.telling import TaskTold
from holdfast.surfaces.cli.showing.terminal import clean, styled
from holdfast.surfaces.cli.showing.wording import short_id

ARGUMENTS_CHARACTERS_MAX, REASON_CHARACTERS_MAX = 60, 200
STYLES = {
    TaskOutcome.DONE: "green",
    TaskOutcome.FAILED: "red",
    TaskOutcome.DEAD_LETTER: "red",
    TaskOutcome.NEEDS_HUMAN: "yellow",
    TaskOutcome.REFUSED: "bright_black",
}


def print_tasks(tasks: Sequence[TaskTold], console: Console) -> None:
    """Print the tasks, each with its run; nothing if there are none."""
    if not tasks:
        return
    console.print()
    console.print(styled("tasks", style="bright_black"))
    table = Table.grid(padding=(0, 2))
    for _ in range(4):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for each in tasks:
        given = clean(msgspec.json.encode(each.arguments).decode(), length_max=ARGUMENTS_CHARACTERS_MAX)
        why = f" · {clean(each.reason, length_max=REASON_CHARACTERS_MAX)}" if each.reason else ""
        style = next((STYLES[outcome] for outcome in STYLES if outcome == each.stands), "")
        run = "" if each.run is None else f"run {short_id(each.run)}"
        stands = styled(each.stands.replace("_", " "), style=style)
        table.add_row(styled(each.task), styled(each.worker), stands, styled(run), styled(f"{given}{why}"))
    console.print(table)
