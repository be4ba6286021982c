"""What a trace shows of a fork: what ended in the history it has inherited is marked, what was sent is cut off."""

from msgspec.structs import replace
from rpds import HashTrieMap

from holdfast.journal.events import RunForked
from holdfast.observability.span import Span, SpanKind, SpanStatus
from holdfast.observability.trace import Mark, Trace, closed, marked


def run_forked(trace: Trace, event: RunForked, at: float) -> Trace:
    """Nodes and turns go on; calls that were sent do not. Time, troubles and drivers count from here on."""
    for span in reversed(trace.open_spans()):
        if _was_sent(span):
            trace = closed(trace, span, trace.last_at, SpanStatus.INTERRUPTED)
    gap = max(0.0, at - trace.last_at)
    spans = {identity: _taken_over(span, gap) for identity, span in trace.by_id.items()}
    trace = replace(
        trace,
        by_id=HashTrieMap(spans),
        gaps=(*trace.gaps, (trace.last_at, trace.last_at + gap)),
        drivers=(),
        idle_seconds=0.0,
        context_tokens_peak=0,
        tool_errors=0,
    )
    told = f"from run {event.origin.run} at version {event.origin.version}, by {event.by}"
    return marked(trace, Mark(at, "forked", told))


def _taken_over(span: Span, gap_seconds: float) -> Span:
    """Return the span as the fork has it: what goes on did not go on between the history and the fork."""
    known = span.attributes
    if span.is_open:
        return replace(span, attributes=replace(known, left_out_seconds=known.left_out_seconds + gap_seconds))
    return replace(span, attributes=replace(known, is_inherited=True))


def _was_sent(span: Span) -> bool:
    """Whether it is a call under way; one that only waits since its reply has not begun."""
    return span.kind is SpanKind.MODEL or (span.kind is SpanKind.TOOL and span.attributes.effect is not None)
