"""What a trace shows of what is tried again: the wait between two tries, the time that a run lay dead."""

from collections.abc import Sequence

from msgspec.structs import replace
from rpds import HashTrieMap

from holdfast.journal.events import NodeRetried, RetryDue, RunRequeued
from holdfast.observability.projection.nodes import node_span
from holdfast.observability.span import Attributes, Span, SpanKind, SpanStatus, span_id
from holdfast.observability.trace import Mark, Trace, closed, marked, opened, reopened

DEAD = "dead"
"""The name of the span of the time in which a run lay in the dead-letter queue."""

TRIES_MAX = 1_000
"""More tries than a node can have between two requeues: each wait has a number of its own."""


def node_retried(trace: Trace, event: NodeRetried, at: float) -> Trace:
    return opened(
        trace,
        SpanKind.WAIT,
        event.node,
        at,
        name="retry",
        parent=node_span(trace, event.node).span_id,
        attempt=trace.state.requeues * TRIES_MAX + event.attempt,
        attributes=Attributes(reason=event.fault.message, until=event.retry_at),
    )


def retry_due(trace: Trace, event: RetryDue, at: float) -> Trace:
    span = trace.span(SpanKind.WAIT, event.node, trace.state.requeues * TRIES_MAX + event.attempt)
    trace = trace if span is None or not span.is_open else closed(trace, span, at, SpanStatus.SUCCEEDED)
    return marked(trace, Mark(at, "tried now", f"{event.node}: by {event.by}")) if event.by else trace


def run_requeued(trace: Trace, event: RunRequeued, at: float) -> Trace:
    """Let what is taken up go on. What is done again has spans of its own, beside those of the first time."""
    root = trace.root
    number = trace.state.requeues
    trace = opened(
        trace,
        SpanKind.WAIT,
        f"{DEAD}.{number}",
        trace.last_at if root.end is None else root.end,
        name=DEAD,
        parent=root.span_id,
        attributes=Attributes(reason=root.attributes.error or "failed"),
    )
    lay = trace.span(SpanKind.WAIT, f"{DEAD}.{number}")
    assert lay is not None, "it was opened just now"
    trace = reopened(closed(trace, lay, at, SpanStatus.SUCCEEDED), root)
    trace = _put_aside(trace, event.dropped, number)
    for path in event.reopened:
        trace = reopened(trace, node_span(trace, path))
    told = f"by {event.by}: {event.note}" if event.note else f"by {event.by}"
    return marked(trace, Mark(at, "requeued", told))


def _put_aside(trace: Trace, dropped: Sequence[str], number: int) -> Trace:
    """Give the spans of dropped nodes other ids, so that what is done again does not take their places."""
    below, run = tuple(f"{path}{joint}" for path in dropped for joint in "/["), trace.state.run
    moved = {
        span.span_id: span_id(run, span.kind, f"{span.path}#{number}", span.attempt)
        for span in trace.by_id.values()
        if (span.path in dropped or span.path.startswith(below))
        and span.span_id == span_id(run, span.kind, span.path, span.attempt)  # not put aside already
    }
    if not moved:
        return trace
    by_id: HashTrieMap[str, Span] = HashTrieMap(
        {
            moved.get(identity, identity): replace(
                span, span_id=moved.get(identity, identity), parent=moved.get(span.parent or "", span.parent)
            )
            for identity, span in trace.by_id.items()
        }
    )
    return replace(trace, by_id=by_id)
