"""A trace as text: when each thing began, how long it took as a bar, what came of it."""

from collections.abc import Sequence

from rich.console import Console, ConsoleRenderable
from rich.table import Table

from holdfast.observability.family import is_busy
from holdfast.observability.span import Span, SpanKind, SpanStatus
from holdfast.observability.totals import Totals
from holdfast.observability.trace import Trace
from holdfast.observability.usage import figures
from holdfast.surfaces.cli.showing.span_tree import Row, rows
from holdfast.surfaces.cli.showing.terminal import clean, styled
from holdfast.surfaces.cli.showing.way_words import way_words
from holdfast.surfaces.cli.showing.wording import (
    call_tokens,
    consumed,
    cost,
    counted,
    duration,
    short_id,
    size,
    tokens,
)

BAR_WIDE, BAR_NARROW, WIDE = 28, 12, 100
FULL, OPEN = "█", "▒"
SIGNS = {
    SpanStatus.OPEN: ("…", "cyan"),
    SpanStatus.SUCCEEDED: ("✓", "green"),
    SpanStatus.PARTIAL: ("◐", "yellow"),
    SpanStatus.FAILED: ("✗", "red"),
    SpanStatus.REFUSED: ("⊘", "red"),
    SpanStatus.IN_DOUBT: ("?", "magenta"),
    SpanStatus.CANCELLED: ("■", "bright_black"),
    SpanStatus.SKIPPED: ("–", "bright_black"),
    SpanStatus.INTERRUPTED: ("↯", "magenta"),
}


class Scale:
    """Where an instant lies on the bars: time in which nobody drove the run, or one below it, takes no room."""

    def __init__(self, trace: Trace, now: float, width: int) -> None:
        self._start, self._width = trace.root.start, width
        idle = ((change.at - change.idle_seconds, change.at) for change in trace.drivers)
        self._gaps = [*trace.gaps, *(gap for gap in idle if not is_busy(trace, *gap))]
        self._total = max(self._active(now), 1e-9)

    def bar(self, span: Span, now: float) -> str:
        """Return the bar of ``span``: at least one character."""
        end = now if span.end is None else span.end
        first = min(self._width - 1, int(self._active(span.start) / self._total * self._width))
        last = min(self._width, max(first + 1, round(self._active(end) / self._total * self._width)))
        return " " * first + (OPEN if span.is_open else FULL) * (last - first)

    def _active(self, instant: float) -> float:
        idle = sum(max(0.0, min(end, instant) - start) for start, end in self._gaps)
        return max(0.0, instant - self._start - idle)


def print_trace(
    trace: Trace, told: Totals, now: float, console: Console, *, shows_all: bool, left_out: int = 0
) -> None:
    """Print the waterfall, then where the driver changed, then the totals; ``left_out`` runs below are not in it."""
    is_wide = console.width >= WIDE
    width = BAR_WIDE if is_wide else BAR_NARROW
    scale = Scale(trace, now, width)
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(min_width=width, max_width=width, no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=5)
    table.add_column(justify="right", no_wrap=True)
    if is_wide:
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=4)
    table.expand = True
    found = rows(trace.spans, shows_all=shows_all)
    for row in found:
        table.add_row(*_cells(row, trace, scale, now, is_wide=is_wide))
    console.print(table)
    if left_out:
        console.print(styled(f"… and {left_out:,} runs below more", style="bright_black"))
    _print_drivers(trace, console)
    _print_totals(told, console)


def detail(span: Span) -> str:
    """Return what is known of a span beside its name and time, the most important first."""
    known = span.attributes
    pieces = [word for word, holds in (("inherited", known.is_inherited), ("simulated", known.is_simulated)) if holds]
    if known.error is not None:
        pieces.append(known.error)
    if known.child is not None:
        pieces.append(f"run {short_id(known.child)} of {known.child_app}")
    if known.reason is not None:
        pieces.append(known.reason)
    if known.spend is not None and span.kind in (SpanKind.MODEL, SpanKind.NODE, SpanKind.RUN):
        spent = figures(known.spend)
        pieces.append(f"{call_tokens(spent)} · {cost(spent)}")
    elif known.context_tokens is not None:
        pieces.append(f"context {tokens(known.context_tokens)} tokens")
    if known.first_token_seconds:
        pieces.append(f"first token {duration(known.first_token_seconds)}")
    if known.stop is not None:
        pieces.append(known.stop)
    pieces.extend(way_words(known.way))
    if known.result_bytes:
        pieces.append(size(known.result_bytes))
    if known.items is not None:
        pieces.append(counted(known.items, "item"))
    if known.case is not None:
        pieces.append(f"takes {known.case}")
    return " · ".join(pieces)


def _cells(row: Row, trace: Trace, scale: Scale, now: float, *, is_wide: bool) -> Sequence[ConsoleRenderable | str]:
    indent = "  " * row.depth
    if row.span is None:
        more = styled(style="bright_black").append(f"{indent}… and {row.left_out:,} more: --all shows them")
        return ("", "", more, "", "")[: 5 if is_wide else 4]
    span = row.span
    sign, style = SIGNS[span.status]
    label = styled(style=style).append(f"{indent}{sign} {clean(_name(span))}")
    told = styled(detail(span), style="red" if span.attributes.error else "bright_black")
    if not is_wide and told:
        label.append("  ").append(told)
    offset = styled(f"+{duration(trace.seconds_at(span.start))}", style="bright_black")
    bar = styled(style=style).append(scale.bar(span, now))
    cells = (offset, bar, label, styled(duration(span.seconds(now))))
    return (*cells, told) if is_wide else cells


def _name(span: Span) -> str:
    again = f" (attempt {span.attempt})" if span.attempt > 1 and span.kind in (SpanKind.MODEL, SpanKind.TOOL) else ""
    match span.kind:
        case SpanKind.RUN:
            return "run" if span.run is None else f"run {short_id(span.run)} of {span.name}"
        case SpanKind.NODE:
            return f"{span.name} {span.attributes.node_kind}"
        case SpanKind.MODEL:
            return f"{span.attributes.model or span.name}{again}"
        case _:
            return f"{span.name}{again}"


def _print_drivers(trace: Trace, console: Console) -> None:
    for change in trace.drivers:
        what = "resumed" if change.was_parked else "interrupted, taken up again"
        at = duration(trace.seconds_at(change.at))
        told = f"+{at} {what} by {change.worker} (driver {change.epoch}) after {duration(change.idle_seconds)}"
        console.print(styled(told, style="magenta"), soft_wrap=True)


def _print_totals(told: Totals, console: Console) -> None:
    pieces = (
        consumed(told.usage),
        counted(told.tool_errors, "tool error"),
        f"context up to {tokens(told.context_tokens_peak)} tokens",
        f"{duration(told.seconds)}, of these {duration(told.seconds_active)} driven",
        f"{counted(told.drivers, 'driver')}",
        f"{told.outcome or told.status.lower()}",
    )
    console.print(styled(" · ".join(pieces), style="bold"), soft_wrap=True)
