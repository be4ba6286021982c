"""Designs a chart: a line over time, bars over names; and hands in what was drawn."""

import re

from holdfast.apps.meeting.offline.heard import Heard, answer, calls
from holdfast.integration.gateway.offline import Answer
from holdfast.integration.gateway.speech import Wanted

_TIME = re.compile(r"\d{4}-\d{2}(-\d{2})?")
NOTHING_DRAWN = {"png": "charts/none.png", "svg": "charts/none.svg"}


def design(heard: Heard) -> Answer:
    """Have the chart drawn, then name its files."""
    drawn = heard.of("draw_chart")
    if drawn:
        return answer(NOTHING_DRAWN if drawn[-1].is_error else drawn[-1].value)
    columns, rows = heard.data("The columns"), heard.data("The rows")
    assert isinstance(columns, list)
    assert isinstance(rows, list)
    is_time = all(_TIME.fullmatch(str(row[0])) for row in rows)
    chosen = {
        "kind": "line" if is_time else "bars",
        "x": columns[0],
        "value": columns[-1],
        "series": columns[1] if len(columns) > 2 else None,
        "x_label": _in_words(columns[0]),
        "y_label": _in_words(columns[-1]),
        "stands_out": heard.text("What stands out") or None,
    }
    return calls(Wanted("draw_chart", {"design": chosen}))


def _in_words(column: object) -> str:
    return str(column).replace("_", " ").capitalize()
