"""What a trace shows of child runs: each in the span of the node that waits for it, by its id."""

from msgspec.structs import replace

from holdfast.journal.events import ChildBegun, ChildEnded, ChildRecalled, ChildStarted
from holdfast.observability.projection.nodes import node_span
from holdfast.observability.trace import Mark, Trace, changed, marked


def child_started(trace: Trace, event: ChildStarted, _at: float) -> Trace:
    span = node_span(trace, event.node)
    return changed(trace, replace(span, attributes=replace(span.attributes, child=event.child, child_app=event.app)))


def child_begun(trace: Trace, _event: ChildBegun, _at: float) -> Trace:
    return trace  # the node's span is open already, and says which child it is


def child_recalled(trace: Trace, event: ChildRecalled, at: float) -> Trace:
    return marked(trace, Mark(at, "child recalled", f"{event.child} of {event.node}: {event.reason}"))


def child_ended(trace: Trace, event: ChildEnded, at: float) -> Trace:
    """A child that was recalled ends after its node: its span is closed, and learns now what the child spent."""
    span = node_span(trace, event.node)
    trace = marked(trace, Mark(at, "child ended", f"{event.child} of {event.node}: {event.outcome}"))
    if span.attributes.child != event.child:
        return trace
    return changed(trace, replace(span, attributes=replace(span.attributes, spend=event.spend)))
