"""What a trace shows of the nodes of the flow."""

from msgspec.structs import replace

from holdfast.journal.events import (
    BranchTaken,
    HandedOver,
    ItemsMapped,
    NodeEntered,
    NodeLeft,
    QuestionAnswered,
    QuestionAsked,
)
from holdfast.kernel import paths
from holdfast.observability.span import Attributes, Span, SpanKind, SpanStatus
from holdfast.observability.trace import Trace, changed, closed, closed_below, opened, with_fault


def node_entered(trace: Trace, event: NodeEntered, at: float) -> Trace:
    around = trace.span(SpanKind.NODE, paths.parent(event.node) or "")
    if around is None or not around.is_open:  # the flow has ended when its result is reviewed
        around = trace.root
    return opened(
        trace,
        SpanKind.NODE,
        event.node,
        at,
        name=event.node.rpartition("/")[2],
        parent=around.span_id,
        attributes=Attributes(node_kind=event.kind, until=event.deadline if event.wakes_at is None else event.wakes_at),
    )


def branch_taken(trace: Trace, event: BranchTaken, _at: float) -> Trace:
    span = node_span(trace, event.node)
    return changed(trace, replace(span, attributes=replace(span.attributes, case=event.case)))


def items_mapped(trace: Trace, event: ItemsMapped, _at: float) -> Trace:
    span = node_span(trace, event.node)
    return changed(trace, replace(span, attributes=replace(span.attributes, items=len(event.keys))))


def handed_over(trace: Trace, event: HandedOver, _at: float) -> Trace:
    span = node_span(trace, event.node)
    return changed(trace, replace(span, attributes=replace(span.attributes, case=event.taker)))


def node_left(trace: Trace, event: NodeLeft, at: float) -> Trace:
    trace = closed_below(trace, event.node, at, SpanStatus.CANCELLED)
    span = node_span(trace, event.node)
    node = trace.state.nodes[event.node]
    spend = span.attributes.spend if node.agent is None else node.agent.spend
    attributes = with_fault(replace(span.attributes, spend=spend), event.fault)
    return closed(trace, span, at, SpanStatus.of(event.outcome), attributes)


def question_asked(trace: Trace, event: QuestionAsked, at: float) -> Trace:
    return opened(
        trace,
        SpanKind.WAIT,
        event.node,
        at,
        name="question",
        parent=node_span(trace, event.node).span_id,
        attempt=event.number,
        attributes=Attributes(reason="waiting for a person", until=event.deadline),
    )


def question_answered(trace: Trace, event: QuestionAnswered, at: float) -> Trace:
    span = trace.span(SpanKind.WAIT, event.node, event.number)
    if span is None or not span.is_open:
        return trace
    attributes = replace(span.attributes, reason=f"{event.by} has decided: {event.choice}")
    return closed(trace, span, at, SpanStatus.SUCCEEDED, attributes)


def node_span(trace: Trace, path: str) -> Span:
    """Return the span of the node at ``path``: the fold has seen it entered."""
    span = trace.span(SpanKind.NODE, path)
    assert span is not None, "the fold refuses events of nodes that were not entered"
    return span
