"""The list of runs: as a table, and as JSON."""

from collections.abc import Sequence

import msgspec
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from holdfast.governance.redaction.personal import Masks
from holdfast.journal.port import Head
from holdfast.kernel.limits import Spend
from holdfast.observability.usage import figures
from holdfast.surfaces.cli.showing.condition import Condition
from holdfast.surfaces.cli.showing.terminal import styled
from holdfast.surfaces.cli.showing.wording import age, cost, duration, short_ids, tokens

STYLES = {
    Condition.ERASED: "bright_black",
    Condition.RUNNING: "cyan",
    Condition.WAITING: "blue",
    Condition.RETRYING: "yellow",
    Condition.PARKED: "yellow",
    Condition.IN_DOUBT: "magenta",
    Condition.ASKS: "yellow",
    Condition.INTERRUPTED: "magenta",
}
STATUS_STYLES = {"COMPLETE": "green", "FAILED": "red", "REJECTED": "red", "CANCELLED": "bright_black"}


COLUMNS = ("run", "app", "title", "status", "began", "took", "tokens", "cost")
TITLE, FIRST_FIGURE = 2, 5
TITLE_WIDTH_MIN, GAP = 8, 2


class Listed(msgspec.Struct, frozen=True):
    """A run in the list. ``spend`` is None where the journal cannot be read by this version."""

    head: Head
    stands: Condition
    spend: Spend | None
    seconds: float
    doubts: tuple[str, ...] = ()
    is_cancelled: bool = False
    """Whether it was asked to end, be it over or not."""
    questions: tuple[str, ...] = ()
    retry_at: float | None = None
    """When a step of it that failed is tried again."""


def runs_records(listed: Sequence[Listed]) -> list[dict[str, object]]:
    """Return the runs as JSON objects, in order."""
    return [
        {
            "run_id": one.head.run,
            "app": one.head.app,
            "title": Masks().text(one.head.title),
            "status": one.head.status,
            "condition": one.stands,
            "doubts": one.doubts,
            "questions": one.questions,
            "is_cancelled": one.is_cancelled,
            "retry_at": one.retry_at,
            "created_at": one.head.created_at,
            "updated_at": one.head.updated_at,
            "seconds": round(one.seconds, 3),
            "request_id": one.head.request_id,
            "parent": one.head.parent,
            "origin": one.head.origin,
            "is_sealed": one.head.seal is not None,
            "erased_at": one.head.erased_at,
            "usage": None if one.spend is None else figures(one.spend),
        }
        for one in listed
    ]


def print_runs(listed: Sequence[Listed], now: float, console: Console) -> None:
    """Print the runs, newest first; what does not fit is taken from the titles."""
    ids = short_ids([one.head.run for one in listed])
    lines = [_cells(one, ids[one.head.run], now) for one in listed]
    widths = [
        max(cell_len(name), *(cell_len(line[column].plain) for line in lines)) for column, name in enumerate(COLUMNS)
    ]
    room = console.width - sum(widths) + widths[TITLE] - GAP * (len(COLUMNS) - 1)
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for index, (name, width) in enumerate(zip(COLUMNS, widths, strict=True)):
        justify: JustifyMethod = "right" if index >= FIRST_FIGURE else "left"
        width = max(TITLE_WIDTH_MIN, min(width, room)) if index == TITLE else width
        table.add_column(name, width=width, no_wrap=True, justify=justify, overflow="ellipsis")
    for line in lines:
        table.add_row(*line)
    console.print(table)


def _cells(one: Listed, short: str, now: float) -> list[Text]:
    told = None if one.spend is None else figures(one.spend)
    return [
        styled(short, style="bold"),
        styled(one.head.app),
        styled(Masks().text(one.head.title)),
        _status(one, now),
        styled(age(now - one.head.created_at)),
        styled(duration(one.seconds)),
        styled("?" if told is None else tokens(told.tokens)),
        styled("?" if told is None else cost(told).removeprefix("cost ")),
    ]


def _status(one: Listed, now: float) -> Text:
    if one.stands is Condition.OVER:
        return styled(one.head.status.lower(), style=STATUS_STYLES.get(one.head.status, ""))
    told = f"{one.stands}, cancelled" if one.is_cancelled else one.stands
    if one.stands is Condition.RETRYING and one.retry_at is not None:
        told = f"{told} in {duration(max(0.0, one.retry_at - now))}"
    return styled(told, style=STYLES[one.stands])
