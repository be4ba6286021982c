"""What model calls have cost: as a table, and as JSON."""

from collections.abc import Mapping, Sequence

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from holdfast.observability.costs import Costs, Summed
from holdfast.observability.groups import By
from holdfast.surfaces.cli.showing.terminal import styled
from holdfast.surfaces.cli.showing.wording import counted, duration, money, short_ids, tokens

COLUMNS = (
    "calls",
    "prompt",
    "cached",
    "completion",
    "reasoning",
    "cost",
    "in vain",
    "p50",
    "p95",
    "first p50",
    "first p95",
)
DISPENSABLE = ("first p95", "first p50", "reasoning", "cached", "p95", "p50", "in vain")
"""What is left out of the table where it is too wide, the first first."""
NAME_WIDTH_MIN = 28
"""A longer name is folded before a column is left out."""
GAP = 2
TOTAL = "total"
UNKNOWN, NONE = "unknown", "–"


def costs_record(found: Summed) -> dict[str, object]:
    """Return the costs as one JSON object: a line for each group, and the total."""
    return {
        "by": found.by,
        "lines": [{found.by.value: name, **msgspec.structs.asdict(costs)} for name, costs in found.lines],
        "total": found.total,
        "runs": found.runs,
        "runs_unreadable": found.runs_unreadable,
        "is_cut": found.is_cut,
    }


def print_costs(found: Summed, console: Console) -> None:
    """Print a line for each group and the total, and in words what the sums leave out."""
    names = [*_names(found), TOTAL]
    rows = [
        dict(zip(COLUMNS, _cells(costs), strict=True)) for costs in (*(costs for _, costs in found.lines), found.total)
    ]
    shown = _columns_that_fit(rows, min(max(map(len, (found.by.value, *names))), NAME_WIDTH_MIN), console.width)
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    table.add_column(found.by.value, overflow="fold")
    for column in shown:
        table.add_column(column, justify="right", no_wrap=True)
    for name, row in zip(names, rows, strict=True):
        table.add_row(styled(name, style="bold" if name is TOTAL else ""), *(row[column] for column in shown))
    console.print(table)
    if left_out := [column for column in COLUMNS if column not in shown]:
        remark = f"too narrow for {', '.join(left_out)}: a wider terminal or --json has them"
        console.print(styled(remark, style="bright_black"))
    for remark in _remarks(found):
        console.print(styled(remark, style="yellow"))


def _columns_that_fit(rows: Sequence[Mapping[str, Text]], name_width: int, width_max: int) -> list[str]:
    """Return the columns for which there is room beside the names."""
    shown = list(COLUMNS)
    widths = {column: max(len(column), *(row[column].cell_len for row in rows)) for column in shown}
    for column in DISPENSABLE:
        if name_width + sum(GAP + widths[each] for each in shown) <= width_max:
            break
        shown.remove(column)
    return shown


def _names(found: Summed) -> Sequence[str]:
    names = [name for name, _ in found.lines]
    if found.by is not By.RUN:
        return names
    short = short_ids(names)
    return [short[name] for name in names]


def _cells(costs: Costs) -> list[Text]:
    in_vain = costs.failed + costs.lost
    return [
        styled(f"{costs.calls:,}"),
        styled(tokens(costs.input_tokens)),
        styled(tokens(costs.cached_tokens)),
        styled(tokens(costs.output_tokens)),
        styled(tokens(costs.reasoning_tokens)),
        styled(UNKNOWN if costs.cost_usd is None else money(costs.cost_usd)),
        styled(f"{in_vain:,}" if in_vain else NONE),
        *(
            styled(NONE if seconds is None else duration(seconds))
            for seconds in (
                costs.seconds_p50,
                costs.seconds_p95,
                costs.first_token_seconds_p50,
                costs.first_token_seconds_p95,
            )
        ),
    ]


def _remarks(found: Summed) -> list[str]:
    total, remarks = found.total, []
    if total.calls_of_unknown_cost:
        remarks.append(
            f"the cost of {counted(total.calls_of_unknown_cost, 'call')} is not known and in no sum: "
            "'holdfast models' shows which models have a price"
        )
    if total.lost:
        charged = "an unknown cost" if total.lost_usd is None else money(total.lost_usd)
        remarks.append(
            f"{counted(total.lost, 'call')} whose reply was never seen, charged with {charged}: "
            "'holdfast reconcile' corrects it"
        )
    if found.runs_unreadable:
        remarks.append(f"{counted(found.runs_unreadable, 'run')} could not be read, and what it cost is in no sum")
    if found.is_cut:
        remarks.append("there are more groups than are shown; the total has them all")
    return remarks
