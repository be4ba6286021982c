"""One finding told in full in a terminal: where it stands, the code, why, the mend, who said so, how it was traced."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from holdfast.apps.review.findings.model import Finding, Trace, Verdict
from holdfast.apps.review.findings.severity import Severity
from holdfast.apps.review.report import wording
from holdfast.apps.review.report.visible import cut, visible, visible_lines, visible_prose

EVIDENCE_LINES_MAX = 8
EVIDENCE_CHARS_MAX = 240
PROSE_CHARS_MAX = 800
STEP_CHARS_MAX = 120

STYLES = {
    Severity.CRITICAL: "red",
    Severity.HIGH: "bright_red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "blue",
    Severity.INFO: "dim",
}
_VERDICT_STYLES = {Verdict.CONFIRMED: "bold red", Verdict.DOWNGRADED: "bold green", Verdict.UNCLEAR: "bold yellow"}


def finding_block(number: int, finding: Finding) -> RenderableType:
    """Return one finding, numbered, to be printed."""
    title = Table.grid(padding=(0, 1, 0, 0))
    title.add_column(justify="right", min_width=3, no_wrap=True)
    title.add_column(no_wrap=True)
    title.add_column(overflow="fold")
    emphasis = "bold reverse" if finding.severity is Severity.CRITICAL else "bold"
    level = Text(finding.severity.value.upper(), style=f"{emphasis} {STYLES[finding.severity]}")
    title.add_row(Text(f"{number}.", style="dim"), level, Text(visible_prose(finding.title), style="bold"))
    body = Group(
        Text.assemble((wording.place(finding), "cyan"), ("  " + wording.label(finding), "dim")),
        _evidence(finding),
        _facts(finding),
    )
    return Padding(Group(title, Padding(body, (0, 0, 0, 4))), (1, 0, 0, 0))


def _evidence(finding: Finding) -> RenderableType:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    lines = _without_common_indent(visible_lines(finding.evidence))
    for offset, line in enumerate(lines[:EVIDENCE_LINES_MAX]):
        table.add_row(str(finding.line + offset), "│", Text(cut(line, EVIDENCE_CHARS_MAX)))
    if len(lines) > EVIDENCE_LINES_MAX:
        more = wording.counted(len(lines) - EVIDENCE_LINES_MAX, "more line")
        table.add_row("", "│", Text(f"… {more}", style="dim"))
    return table


def _without_common_indent(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Shift quoted code to the left as far as it goes."""
    indents = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")]
    shift = min(indents, default=0)
    return tuple(line[shift:] for line in lines)


def _facts(finding: Finding) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", min_width=8, no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _named_facts(finding):
        table.add_row(name, value)
    return table


def _named_facts(finding: Finding) -> Iterator[tuple[str, RenderableType]]:
    yield "why", Text(_prose(finding.message))
    if finding.fix:
        yield "fix", Text(_prose(finding.fix), style="green")
    yield "said by", Text(f"{wording.said_by(finding)} · {wording.sureness(finding)}")
    for conflict in finding.conflicts:
        yield "conflict", Text(wording.disagreement(conflict), style="magenta")
    if finding.trace is not None:
        yield "traced", _trace(finding.trace)


def _trace(trace: Trace) -> RenderableType:
    verdict = Text.assemble((trace.verdict.value, _VERDICT_STYLES[trace.verdict]), f": {_prose(trace.reasons)}")
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(style="dim", justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for number, step in enumerate(trace.steps, 1):
        code = cut(visible_prose(step.evidence), STEP_CHARS_MAX)
        where = f"{visible(step.path)}:{step.line}"
        table.add_row(f"{number}.", Text.assemble((where, "cyan"), f"  {_prose(step.note)}"))
        table.add_row("", Text(code, style="dim"))
    if trace.steps_dropped:
        dropped = wording.counted(trace.steps_dropped, "step")
        table.add_row("", Text(f"{dropped} left out: the quoted code does not stand there", style="dim"))
    return Group(verdict, table)


def _prose(text: str) -> str:
    return cut(visible_prose(text), PROSE_CHARS_MAX)
