"""What a trace shows of calls that wait for people to say yes to them."""

from msgspec.structs import replace

from holdfast.journal.events import ApprovalAsked, ApprovalDecided
from holdfast.journal.fold.steps import step_path
from holdfast.observability.projection.nodes import node_span
from holdfast.observability.span import Attributes, SpanKind, SpanStatus
from holdfast.observability.trace import Mark, Trace, closed, marked, opened


def approval_asked(trace: Trace, event: ApprovalAsked, at: float) -> Trace:
    return opened(
        trace,
        SpanKind.WAIT,
        step_path(event),
        at,
        name="approval",
        parent=node_span(trace, event.node).span_id,
        attempt=event.number,
        attributes=Attributes(reason=f"{event.tool} waits for a yes", until=event.deadline),
    )


def approval_decided(trace: Trace, event: ApprovalDecided, at: float) -> Trace:
    """Mark each decision; the wait is over with the one that settles it."""
    path = step_path(event)
    trace = marked(trace, Mark(at, "decided", f"{path}: {event.ruling} by {event.by}"))
    span = trace.span(SpanKind.WAIT, path, event.number)
    if span is None or not span.is_open or not event.settles:
        return trace
    attributes = replace(span.attributes, reason=f"{event.by} has decided: {event.ruling}")
    return closed(trace, span, at, SpanStatus.SUCCEEDED, attributes)
