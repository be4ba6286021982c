"""What a trace shows of the run as a whole: its span, its drivers, its waits, its lifecycle."""

from msgspec.structs import replace

from holdfast.journal.events import (
    CancelRequested,
    DriverChanged,
    DriverLeft,
    LifecycleMoved,
    MailRead,
    ResourcesFailed,
    RunEnded,
    RunParked,
    RunReviewed,
)
from holdfast.journal.fold.state import RunState
from holdfast.observability.span import Attributes, SpanKind, SpanStatus
from holdfast.observability.trace import (
    ROOT,
    DriverChange,
    Mark,
    Trace,
    closed,
    cut_off_at,
    marked,
    opened,
    with_fault,
)


def run_started(state: RunState, at: float) -> Trace:
    return opened(Trace(state, at), SpanKind.RUN, ROOT, at, name=state.app, parent=None)


def lifecycle_moved(trace: Trace, event: LifecycleMoved, at: float) -> Trace:
    return marked(trace, Mark(at, event.to, event.reason))


def cancel_requested(trace: Trace, event: CancelRequested, at: float) -> Trace:
    return marked(trace, Mark(at, "cancel requested", f"by {event.by}: {event.reason}"))


def mail_read(trace: Trace, event: MailRead, at: float) -> Trace:
    return marked(trace, Mark(at, "mail read", f"up to {event.position}"))


def driver_changed(trace: Trace, event: DriverChanged, at: float) -> Trace:
    parked = [span for span in trace.open_spans() if span.kind is SpanKind.WAIT and span.path == ROOT]
    for span in parked:
        trace = closed(trace, span, at, SpanStatus.SUCCEEDED)
    idle = max(0.0, at - trace.last_at)
    change = DriverChange(at, event.worker, event.epoch, bool(parked) or not trace.root.is_open, idle)
    return replace(trace, drivers=(*trace.drivers, change), idle_seconds=trace.idle_seconds + idle)


def driver_left(trace: Trace, event: DriverLeft, at: float) -> Trace:
    return marked(trace, Mark(at, "put down", f"by {event.worker}"))


def run_parked(trace: Trace, event: RunParked, at: float) -> Trace:
    return opened(
        trace,
        SpanKind.WAIT,
        ROOT,
        at,
        name="parked",
        parent=trace.root.span_id,
        attempt=trace.state.drivers,
        attributes=Attributes(reason=event.reason, until=event.wake_at),
    )


def resources_failed(trace: Trace, event: ResourcesFailed, at: float) -> Trace:
    return marked(trace, Mark(at, "resources failed", f"attempt {event.attempt}: {event.fault.message}"))


def run_reviewed(trace: Trace, event: RunReviewed, at: float) -> Trace:
    return marked(trace, Mark(at, "reviewed", f"unmet: {', '.join(event.unmet)}" if event.unmet else "passed"))


def run_ended(trace: Trace, event: RunEnded, at: float) -> Trace:
    root = trace.root
    for span in reversed(trace.open_spans()):
        if span.span_id != root.span_id:
            trace = closed(trace, span, cut_off_at(trace, span, at), SpanStatus.CANCELLED)
    attributes = with_fault(replace(root.attributes, spend=trace.state.spend), event.fault)
    return closed(trace, root, at, SpanStatus.of(event.outcome), attributes)
