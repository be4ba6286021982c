"""The calls of a run that policies have decided of, each with its verdict: as a table, and as JSON."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from holdfast.observability.span import Span, SpanKind
from holdfast.surfaces.cli.showing.terminal import styled
from holdfast.surfaces.cli.showing.verdicts import NONE_PERMITS, is_denied


def judged_records(spans: Sequence[Span], below: str = "") -> list[dict[str, object]]:
    """Return the calls that were decided of, in order; with ``below`` only that one, or those below that node."""
    return [
        {
            "step": span.path,
            "tool": span.name,
            "attempt": span.attempt,
            "verdict": "denied" if is_denied(span) else "let through",
            "policies": span.attributes.policies,
            "autonomy": span.attributes.autonomy or None,
            "why": span.attributes.error if is_denied(span) else None,
            "status": span.status,
        }
        for span in spans
        if span.kind is SpanKind.TOOL and _is_judged(span) and _is_below(span.path, below)
    ]


def print_judged(found: Sequence[dict[str, object]], console: Console) -> None:
    """Print a row for each call."""
    if not found:
        console.print(styled("no call was decided of by policies"))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("step", "tool", "verdict", "by", "why"):
        table.add_column(name, overflow="fold")
    for each in found:
        names = each["policies"]
        by = ", ".join(names) if isinstance(names, tuple) and names else NONE_PERMITS
        style = "red" if each["verdict"] == "denied" else "green"
        verdict = styled(each["verdict"], style=style)
        table.add_row(styled(each["step"]), styled(each["tool"]), verdict, styled(by), styled(each["why"] or ""))
    console.print(table)


def _is_judged(span: Span) -> bool:
    return bool(span.attributes.policies) or is_denied(span)


def _is_below(path: str, node: str) -> bool:
    return not node or path == node or path.startswith((f"{node}/", f"{node}["))
