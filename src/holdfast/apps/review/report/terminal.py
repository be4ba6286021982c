"""The report as people read it first: in a terminal, eighty columns or more, with or without colours.

Everything that comes from the repository or a model enters as plain ``Text`` made visible first, so neither markup nor
control characters in it have any effect.
"""

import io
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from holdfast.apps.review.findings.model import Gap
from holdfast.apps.review.report import wording
from holdfast.apps.review.report.terminal_finding import STYLES, finding_block
from holdfast.apps.review.report.value import ReviewReport
from holdfast.apps.review.report.visible import visible, visible_prose

TOLD_MAX = 10
GROUPS_MAX = 30
NOTES_MAX = 10
BAR_CHARS_MAX = 24
WIDTH_MIN = 40


def terminal_report(report: ReviewReport) -> RenderableType:
    """Return the report to be printed on a rich console."""
    told, listed = wording.told_and_listed(report, TOLD_MAX)
    parts: list[RenderableType] = [*_head(report)]
    if told:
        parts.append(_heading("Findings"))
    for number, finding in enumerate(told, 1):
        parts.append(finding_block(number, finding))
    if listed:
        parts += [_heading("Also found"), _listed(listed)]
    parts += _not_looked_at(report)
    parts += [_heading("Totals"), _indented(Text(" · ".join(wording.totals_parts(report))))]
    return Group(*parts)


def terminal_text(report: ReviewReport, *, width: int = 80) -> str:
    """Return the report as plain text, without colours, no line wider than ``width``."""
    written = io.StringIO()
    Console(file=written, width=max(width, WIDTH_MIN), color_system=None, force_terminal=False).print(
        terminal_report(report)
    )
    return "".join(f"{line.rstrip()}\n" for line in written.getvalue().split("\n")).rstrip("\n") + "\n"


def _head(report: ReviewReport) -> Iterator[RenderableType]:
    yield Text.assemble(
        ("Review of ", "bold"), (visible(report.title), "bold cyan"), (f"  {visible(report.root)}", "dim")
    )
    yield Text(f"Looked at {wording.scope_line(report)}.", style="dim")
    yield Text()
    yield Text(wording.verdict_line(report), style=_verdict_style(report))
    if said := wording.caveats(report):
        caveats = Table.grid(padding=(0, 1, 0, 0))
        for caveat in said:
            caveats.add_row(Text("!", style="bold yellow"), Text(caveat, style="yellow"))
        yield caveats
    if any(report.counts.values()):
        yield Padding(_counts(report), (1, 0, 0, 2))
    if report.conventions:
        told = ", ".join(map(visible_prose, report.conventions))
        yield Padding(Text(f"Project conventions: {told}", style="dim"), (1, 0, 0, 0))


def _verdict_style(report: ReviewReport) -> str:
    worst = next((severity for severity, count in report.counts.items() if count), None)
    if worst is not None:
        return f"bold {STYLES[worst]}"
    return "bold yellow" if report.failed or not report.files_reviewed else "bold green"


def _counts(report: ReviewReport) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    most = max(report.counts.values())
    for severity, count in report.counts.items():
        bar = "█" * -(-count * BAR_CHARS_MAX // most)
        style = STYLES[severity] if count else "dim"
        table.add_row(Text(severity.value, style=style), Text(f"{count:,}", style=style), Text(bar, style=style))
    return table


def _listed(groups: tuple[wording.RuleGroup, ...]) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
    table.add_column("level", no_wrap=True)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("what", ratio=3, overflow="fold")
    table.add_column("where", ratio=4, overflow="fold")
    for group in groups[:GROUPS_MAX]:
        what = Text.assemble(group.title, "\n", (group.rule, "dim"))
        more = group.count - len(group.places)
        where = Text("\n".join((*group.places, *([f"and {more:,} more"] if more else []))))
        level = Text(group.severity.value, style=STYLES[group.severity])
        table.add_row(level, Text(f"{group.count:,} ×"), what, where)
    rest = groups[GROUPS_MAX:]
    if rest:
        number = wording.counted(sum(group.count for group in rest), "finding")
        table.add_row("", "", Text(f"and {number} of {wording.counted(len(rest), 'more rule')}"), "")
    return _indented(table)


def _not_looked_at(report: ReviewReport) -> Iterator[RenderableType]:
    sections = (
        ("Did not finish", report.failed),
        ("Not covered", report.not_covered),
        ("Not audited, so not known to be clean", report.not_audited),
        ("Files skipped", report.skipped),
    )
    if any(gaps for _, gaps in sections) or report.dropped or report.notes:
        yield _heading("Not in this report")
    for title, gaps in sections:
        if gaps:
            yield _indented(Text(f"{title} ({len(gaps):,})", style="bold"))
            yield _gaps(gaps)
    if report.dropped:
        yield _indented(Text(wording.dropped_line(report)))
    for note in report.notes[:NOTES_MAX]:
        yield _indented(Text(f"Note: {visible_prose(note)}"))
    if len(report.notes) > NOTES_MAX:
        yield _indented(Text(f"and {wording.counted(len(report.notes) - NOTES_MAX, 'more note')}"))


def _gaps(gaps: tuple[Gap, ...]) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for group in wording.grouped_gaps(gaps):
        table.add_row(Text(f"{group.count:,} ×"), Text(wording.gap_line(group)))
    return Padding(table, (0, 0, 0, 4))


def _heading(title: str) -> RenderableType:
    return Padding(Rule(Text(title, style="bold"), align="left", style="dim"), (1, 0, 0, 0))


def _indented(what: RenderableType) -> Padding:
    return Padding(what, (0, 0, 0, 2))
