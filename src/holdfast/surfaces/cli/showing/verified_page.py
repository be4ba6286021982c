"""What is proved of an app: as a page with the story of each violation, as JSON, and how far the search is."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import msgspec
from rich.console import Console

from holdfast.surfaces.cli.showing.terminal import err, styled
from holdfast.verify.badge import Verified
from holdfast.verify.report import Check, Finding, Most, Report, Verdict
from holdfast.verify.search.search import Tell

MARKS = {Verdict.HOLDS: ("✓", "green"), Verdict.NOT_PROVED: ("?", "yellow"), Verdict.VIOLATED: ("✗", "red")}
STEPS_SHOWN_MAX = 40
FINDINGS_SHOWN_MAX = 12
NOBODY_KNOWS = "nobody knows how many"


@contextmanager
def telling(app: str, *, is_quiet: bool) -> Iterator[Tell | None]:
    """Show how far the search is, where somebody looks."""
    console = err()
    if is_quiet or not console.is_terminal:
        yield None
        return
    with console.status(f"searching what runs of {app} may come to") as status:
        yield lambda seen, waiting: status.update(f"{seen:,} situations seen, {waiting:,} to be looked at")


def report_record(report: Report, kept: Verified) -> Mapping[str, object]:
    """Return the report as JSON fields."""
    return {**_record(report), "identity": kept.identity}


def print_report(report: Report, kept: Verified, console: Console) -> None:
    """Print the verdict, a line for each check with what it has found, and the figures."""
    mark, style = MARKS[report.verdict]
    console.print(styled(f"{mark} {report.app} {kept.words} · {kept.name} · {report.seconds:.1f} s", style=style))
    for check in report.checks:
        _print_check(check, console)
    console.print(styled(f"at the most: {_worst(report.worst)}"))
    console.print(styled(f"a run may end: {', '.join(report.ends) or 'in no way that was found'}"))
    bounds = report.bounds
    told = f"bounds: lists of up to {bounds.items} items, {bounds.states:,} situations, {bounds.seconds:g} s"
    console.print(styled(told, style="bright_black"))
    for child in report.children:
        mark, style = MARKS[child.verdict]
        console.print(styled(f"{mark} it begins runs of {child.app}: holdfast verify {child.app}", style=style))


def _print_check(check: Check, console: Console) -> None:
    mark, style = MARKS[check.verdict]
    console.print(styled(f"  {mark} {check.id:<13}{check.asks}", style=style))
    for finding in check.violations[:FINDINGS_SHOWN_MAX]:
        _print_finding(finding, "✗", console)
    for finding in check.not_proved[:FINDINGS_SHOWN_MAX]:
        _print_finding(finding, "?", console)
    for finding in check.told[:FINDINGS_SHOWN_MAX]:
        _print_finding(finding, "·", console)


def _print_finding(finding: Finding, mark: str, console: Console) -> None:
    console.print(f"      {mark} ", styled(f"{finding.place}: {finding.told}"), sep="", soft_wrap=True)
    steps = finding.story
    left_out = len(steps) - STEPS_SHOWN_MAX
    if left_out > 0:
        steps = (*steps[:1], f"… {left_out} more …", *steps[left_out + 1 :])
    for number, step in enumerate(steps, 1):
        console.print(f"        {number:>3}  ", styled(step, style="bright_black"), sep="", soft_wrap=True)


def _worst(most: Most) -> str:
    named = (("turns", most.turns), ("tool calls", most.tool_calls), ("tokens", most.tokens))
    counts = [f"{amount:,} {name}" if amount is not None else f"{NOBODY_KNOWS} {name}" for name, amount in named]
    dollars = "a cost that nobody knows" if most.usd is None else f"${most.usd:,.2f}"
    runs = [f"{most.runs:,} runs below it"] if most.runs else []
    return ", ".join((*counts, dollars, *runs))


def _record(report: Report) -> dict[str, object]:
    own: dict[str, object] = msgspec.to_builtins(report)
    checks = [{"id": check.id, "verdict": check.verdict, **msgspec.to_builtins(check)} for check in report.checks]
    children = [_record(child) for child in report.children]
    return {"app": report.app, "verdict": report.verdict, **own, "checks": checks, "children": children}
