"""The report as people read it in a terminal: the cause, what shows it, and what was ruled out."""

from collections.abc import Iterator

from rich.text import Text

from holdfast.apps.incident.findings import Citation, Fact
from holdfast.apps.incident.report import Report, Ruled, Status
from holdfast.surfaces.cli.showing.terminal import clean, styled

ROWS_SHOWN_MAX = 2
WHY_SHOWN_MAX = 2
_HEADS = {
    Status.FOUND: "The cause was found.",
    Status.PARTIAL: "The cause was found; part of what was said for it could not be shown, and is left out.",
    Status.NOT_FOUND: "No cause was found: nothing that was supposed stands alone.",
}


def lines(report: Report, *, with_queries: bool) -> Iterator[Text]:
    """Yield the lines of a report; with its queries, if asked, by the number at which they are cited."""
    queries = dict[str, int]()
    yield styled(_HEADS[report.status], style="bold green" if report.status is Status.FOUND else "bold yellow")
    if report.component is not None:
        yield from _cause(report, queries)
    yield from _ruled("Ruled out", report.ruled_out, queries)
    yield from _ruled("Left open", report.left_open, queries)
    yield Text()
    yield styled(_totals(report), style="dim")
    if with_queries:
        for statement, number in queries.items():
            yield styled(f"query {number}", style="bold")
            yield Text(clean(statement, keeps_lines=True))


def _cause(report: Report, queries: dict[str, int]) -> Iterator[Text]:
    told = {
        "component": report.component,
        "kind": report.kind,
        "since": report.onset,
        "brought by": report.change or "no change",
        "cause": report.cause,
        "do first": report.remedy,
    }
    for name, value in told.items():
        yield Text.assemble((f"  {name:<11}", "dim"), clean(value))
    yield styled("Evidence", style="bold")
    for fact in report.evidence:
        yield from _fact(fact, queries)


def _fact(fact: Fact, queries: dict[str, int]) -> Iterator[Text]:
    yield Text.assemble("  • ", clean(fact.says), (f"  [query {_number(fact.cites, queries)}]", "dim"))
    for row in fact.cites.rows[:ROWS_SHOWN_MAX]:
        yield styled("      " + " | ".join(map(str, row)), style="dim")
    if (more := len(fact.cites.rows) - ROWS_SHOWN_MAX) > 0:
        yield styled(f"      and {more} more", style="dim")


def _ruled(heading: str, ruled: list[Ruled], queries: dict[str, int]) -> Iterator[Text]:
    if ruled:
        yield styled(heading, style="bold")
    for each in ruled:
        yield Text.assemble("  • ", (clean(each.component), "bold"), f": {clean(each.cause)}")
        for fact in each.why[:WHY_SHOWN_MAX]:
            yield styled(f"      {fact.says}  [query {_number(fact.cites, queries)}]", style="dim")


def _number(cites: Citation, queries: dict[str, int]) -> int:
    told = cites.statement
    if cites.parameters:
        told += "\nwith " + ", ".join(f"${place} = {value}" for place, value in enumerate(cites.parameters, 1))
    return queries.setdefault(told, len(queries) + 1)


def _totals(report: Report) -> str:
    rounds = "1 round" if report.rounds == 1 else f"{report.rounds} rounds"
    told = f"{report.supposed} hypotheses in {rounds}, {len(report.ruled_out)} refuted"
    return f"{told}; {report.unsupported} claims dropped for want of support" if report.unsupported else told
