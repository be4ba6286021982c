"""One trace over all levels of a family of runs: what runs below did hangs at the node that waits for it. Pure."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from holdfast.kernel.ids import RunId
from holdfast.observability.span import Span, SpanKind
from holdfast.observability.trace import Trace


def joined(trace: Trace, below: Mapping[RunId, Trace]) -> Trace:
    """Return ``trace`` with the spans of the runs ``below`` it; those of which no node of them tells are left out."""
    spans = trace.by_id
    for span in _joined(trace, below):
        spans = spans.insert(span.span_id, span)
    return replace(trace, by_id=spans)


def is_busy(trace: Trace, start: float, end: float) -> bool:
    """Whether a run below did anything in that time, in which nobody drove the run itself."""
    runs = (span for span in trace.by_id.values() if span.kind is SpanKind.RUN and span.run is not None)
    return any(span.start < end and (span.end is None or span.end > start) for span in runs)


def _joined(trace: Trace, below: Mapping[RunId, Trace]) -> Iterator[Span]:
    for node in trace.by_id.values():
        child = below.get(node.attributes.child) if node.attributes.child is not None else None
        if child is None:
            continue
        run = child.state.run
        for span in child.by_id.values():
            yield replace(span, parent=node.span_id if span.parent is None else span.parent, run=run)
        yield from _joined(child, below)
