"""Whether instances that have a change are worse than those that do not."""

from holdfast.apps.incident.offline.heard import Heard, Row
from holdfast.apps.incident.offline.picture import Change, Picture
from holdfast.apps.incident.offline.statements import ROLLED

WORSE_TIMES = 1.5
"""So much worse are instances that have what made them ill than those that do not."""


def rolled(picture: Picture, change: Change) -> tuple[str, tuple[object, ...]]:
    """Return the query for the instances with and without a change."""
    return ROLLED, (change.id, change.service, change.at, picture.alert)


def is_partly_rolled(rows: list[Row]) -> bool:
    """Whether there are instances with a change and instances without."""
    return {"with", "without"} <= {row[0] for row in rows}


def is_worse_with(rows: list[Row]) -> bool:
    """Whether instances that have a change are worse than those that do not, in anything measured of them."""
    after = {(row[1], row[0]): row[4] for row in rows if row[4] is not None}
    return any(
        after[metric, "with"] >= WORSE_TIMES * max(after[metric, "without"], 1e-9)
        for metric, which in after
        if which == "with" and (metric, "without") in after
    )


def is_guilty(heard: Heard, picture: Picture, change: Change) -> bool:
    """Whether nothing clears a change: it is everywhere, or where it is things are worse."""
    rows = rows_of(heard, picture, change)
    return not is_partly_rolled(rows) or is_worse_with(rows)


def rows_of(heard: Heard, picture: Picture, change: Change) -> list[Row]:
    """Return what was found of the instances with and without a change."""
    statement, parameters = rolled(picture, change)
    found = heard.of(statement, *parameters)
    return list(found.rows) if found is not None else []


def harm_rows(rows: list[Row]) -> list[Row]:
    """Return the rows that tell of harm."""
    return [row for row in rows if "error" in row[1] or "latency" in row[1]] or rows[:2]
