"""One trace over all levels of a family of runs: what runs below did hangs at the node that waits for it. Pure."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace
from rpds import HashTrieMap, HashTrieSet

from holdfast.kernel.ids import RunId
from holdfast.observability.span import Span, SpanKind
from holdfast.observability.trace import Trace


def joined(trace: Trace, below: Mapping[RunId, Trace]) -> Trace:
    """Return ``trace`` with the spans of the runs ``below`` it, after that of the node each hangs at.

    Those of which no node of them tells are left out.
    """
    spans = [replace(span, serial=serial) for serial, span in enumerate(_spans(trace, below))]
    return replace(
        trace,
        last_at=max((trace.last_at, *(each.last_at for each in below.values()))),
        by_id=HashTrieMap({span.span_id: span for span in spans}),
        open_ids=HashTrieSet(span.span_id for span in spans if span.is_open),
    )


def is_busy(trace: Trace, start: float, end: float) -> bool:
    """Whether a run below did anything in that time, in which nobody drove the run itself."""
    runs = (span for span in trace.by_id.values() if span.kind is SpanKind.RUN and span.run is not None)
    return any(span.start < end and (span.end is None or span.end > start) for span in runs)


def _spans(trace: Trace, below: Mapping[RunId, Trace]) -> Iterator[Span]:
    for node in trace.spans:
        yield node
        child = None if node.attributes.child is None else below.get(node.attributes.child)
        for span in () if child is None else _spans(child, below):
            is_own = span.run is None
            yield replace(
                span,
                parent=node.span_id if span.parent is None else span.parent,
                run=child.state.run if is_own and child is not None else span.run,
            )
