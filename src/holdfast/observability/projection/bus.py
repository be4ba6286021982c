"""What a trace shows of events on the bus: marks for those published, a span for each wait."""

from msgspec.structs import replace

from holdfast.journal.events import EventAwaited, EventPublished, EventReceived, EventRefused, EventsHeld
from holdfast.observability.projection.nodes import node_span
from holdfast.observability.span import Attributes, SpanKind, SpanStatus
from holdfast.observability.trace import Mark, Trace, closed, marked, opened


def event_published(trace: Trace, event: EventPublished, at: float) -> Trace:
    simulated = " (simulated)" if event.is_simulated else ""
    return marked(trace, Mark(at, "event published", f"{event.event_id} on {event.topic} by {event.node}{simulated}"))


def event_awaited(trace: Trace, event: EventAwaited, at: float) -> Trace:
    return opened(
        trace,
        SpanKind.WAIT,
        event.node,
        at,
        name="event",
        parent=node_span(trace, event.node).span_id,
        attempt=event.number,
        attributes=Attributes(reason=f"waiting for an event on {event.topic}"),
    )


def event_received(trace: Trace, event: EventReceived, at: float) -> Trace:
    span = trace.span(SpanKind.WAIT, event.node, event.number)
    if span is None or not span.is_open:
        return trace
    attributes = replace(span.attributes, reason=f"received {event.event_id} on {event.topic}")
    return closed(trace, span, at, SpanStatus.SUCCEEDED, attributes)


def event_refused(trace: Trace, event: EventRefused, at: float) -> Trace:
    return marked(trace, Mark(at, "event refused", f"{event.event_id} at {event.node}: {event.reason}"))


def events_held(trace: Trace, _event: EventsHeld, _at: float) -> Trace:
    return trace  # the wait's span is open, and goes on
