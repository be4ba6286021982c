"""How figures are worded: durations, tokens, money, sizes, instants, ids. Pure."""

from datetime import datetime

from holdfast.kernel.outcomes import Fault
from holdfast.observability.usage import Figures

SHORT_ID_MIN, SHORT_ID_MAX = 6, 8
"""How many of a run id's last characters stand for it: as few as tell the runs shown apart."""


def duration(seconds: float) -> str:
    """Return ``seconds`` as people say it."""
    if 0 < seconds < 0.0005:
        return "<1 ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{whole // 60} min {whole % 60:02} s"
    if whole < 86_400:
        return f"{whole // 3_600} h {whole % 3_600 // 60:02} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3_600} h"


def tokens(count: int) -> str:
    """Return a number of tokens, large ones rounded: ``980``, ``12.4k``, ``3.1M``."""
    if count < 1_000:
        return str(count)
    if count < 999_950:
        return f"{count / 1_000:.1f}k"
    return f"{count / 1_000_000:.1f}M"


def call_tokens(figures: Figures) -> str:
    """Return what was read and written, and how much of the first came from a cache."""
    cached = f" ({tokens(figures.cached_tokens)} cached)" if figures.cached_tokens else ""
    return f"{tokens(figures.input_tokens)}{cached} + {tokens(figures.output_tokens)} tokens"


def size(count: int) -> str:
    """Return a number of bytes."""
    if count < 1_000:
        return f"{count} B"
    if count < 999_950:
        return f"{count / 1_000:.1f} kB"
    return f"{count / 1_000_000:.1f} MB" if count < 999_950_000 else f"{count / 1_000_000_000:.1f} GB"


def cost(figures: Figures) -> str:
    """Return the cost, never rounded to nothing; where calls have no known price it says so."""
    if figures.cost_usd is None:
        return "cost unknown"
    known = money(figures.cost_usd)
    return f"{known} + {figures.calls_of_unknown_cost} unknown" if figures.calls_of_unknown_cost else known


def money(usd: float) -> str:
    """Return an amount with as many digits as it takes to say anything."""
    if usd == 0:
        return "$0"
    return f"${usd:,.2f}" if usd >= 1 else f"${usd:.4f}" if usd >= 0.0001 else f"${usd:.2g}"


def consumed(figures: Figures) -> str:
    """Return turns, tool calls, tokens and cost in one line."""
    pieces = (
        counted(figures.turns, "turn"),
        counted(figures.tool_calls, "tool call"),
        f"{tokens(figures.tokens)} tokens",
        cost(figures),
    )
    return " · ".join(pieces)


def counted(count: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def instant(at: float) -> str:
    """Return an instant in local time, to the second."""
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def age(seconds: float) -> str:
    """Return how long ago something was, in its largest unit."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length:.0f} {unit} ago"
    return "just now" if seconds < 2 else f"{seconds:.0f} s ago"


def short_ids(runs: list[str]) -> dict[str, str]:
    """Return a short form of every run id: its last characters, as many as tell these runs apart."""
    for length in range(SHORT_ID_MIN, SHORT_ID_MAX):
        if len({run[-length:] for run in runs}) == len(set(runs)):
            return {run: run[-length:] for run in runs}
    return {run: run[-SHORT_ID_MAX:] for run in runs}


def short_id(run: str) -> str:
    """Return the short form of one run id."""
    return run[-SHORT_ID_MAX:]


def because(fault: Fault | None) -> str:
    """Return why, as it follows on what has happened; nothing without a reason."""
    return "" if fault is None else f": {fault.message}"
