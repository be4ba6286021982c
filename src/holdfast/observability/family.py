"""One trace of a run and of all the runs below it: what a child did hangs below the node that waits for it. Pure."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace
from rpds import HashTrieMap, HashTrieSet

from holdfast.kernel.ids import RunId
from holdfast.observability.span import Span
from holdfast.observability.trace import Trace


def joined(trace: Trace, others: Mapping[RunId, Trace]) -> Trace:
    """Return the trace of a run with those of ``others`` that stand below it, on whatever level."""
    spans = [replace(span, serial=serial) for serial, span in enumerate(_spans(trace, others))]
    return replace(
        trace,
        last_at=max([trace.last_at, *(each.last_at for each in others.values())]),
        by_id=HashTrieMap({span.span_id: span for span in spans}),
        open_ids=HashTrieSet(span.span_id for span in spans if span.is_open),
    )


def _spans(trace: Trace, others: Mapping[RunId, Trace]) -> Iterator[Span]:
    """Yield its spans in their order, after each that has begun a run those of that run."""
    for span in trace.spans:
        yield span
        begun = span.attributes.child
        child = None if begun is None else others.get(begun)
        if child is not None:
            for below in _spans(child, others):
                yield replace(below, parent=span.span_id) if below.parent is None else below
