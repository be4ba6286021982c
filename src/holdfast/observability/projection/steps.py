"""What a trace shows of effects: an agent's tool calls, and nodes that are tools or functions."""

from msgspec.structs import replace

from holdfast.journal.events import DoubtProbed, DoubtSettled, StepEnded, StepIntended, StepInterrupted, StepRetried
from holdfast.journal.fold.steps import step_path
from holdfast.kernel import paths
from holdfast.kernel.outcomes import Outcome, Settlement
from holdfast.observability.projection.nodes import node_span
from holdfast.observability.projection.turns import settle_turn
from holdfast.observability.span import Attributes, Span, SpanKind, SpanStatus
from holdfast.observability.trace import Mark, Trace, changed, closed, cut_off_at, marked, opened, with_fault

Step = StepIntended | StepEnded | StepInterrupted | StepRetried | DoubtProbed | DoubtSettled


def step_intended(trace: Trace, event: StepIntended, at: float) -> Trace:
    """Open it, or, for a call that waited since the reply, let it begin now."""
    trace, span = _found(trace, event, at)
    attributes = replace(span.attributes, effect=event.effect, policies=event.policies, autonomy=event.autonomy)
    return changed(trace, replace(span, start=at, attributes=attributes))


def step_ended(trace: Trace, event: StepEnded, at: float) -> Trace:
    trace, span = _found(trace, event, at - event.seconds)
    attributes = replace(
        span.attributes,
        seconds=event.seconds,
        stage=event.stage or None,
        result_bytes=event.result_bytes,
        is_simulated=event.is_simulated,
        policies=event.policies or span.attributes.policies,
        sanitised=event.sanitised,
    )
    span = replace(span, start=max(span.start, at - event.seconds) if span.is_open else span.start)
    trace = closed(trace, span, at, SpanStatus.of(event.outcome), with_fault(attributes, event.fault))
    if event.turn == 0:
        return trace
    is_error = event.outcome is not Outcome.SUCCEEDED
    return settle_turn(replace(trace, tool_errors=trace.tool_errors + is_error), event.node, event.turn, at)


def step_interrupted(trace: Trace, event: StepInterrupted, at: float) -> Trace:
    trace, span = _found(trace, event, at)
    status = SpanStatus.IN_DOUBT if event.in_doubt else SpanStatus.INTERRUPTED
    attributes = replace(span.attributes, effect=event.effect)
    return closed(trace, span, cut_off_at(trace, span, at), status, attributes)


def step_retried(trace: Trace, event: StepRetried, at: float) -> Trace:
    """Close the attempt; the next has a span of its own."""
    trace, span = _found(trace, event, at)
    attributes = with_fault(replace(span.attributes, effect=event.effect), event.fault)
    return closed(trace, span, at, SpanStatus.FAILED if event.is_definite else SpanStatus.INTERRUPTED, attributes)


def doubt_probed(trace: Trace, event: DoubtProbed, at: float) -> Trace:
    told = "not known" if event.fault is None else event.fault.message
    return marked(trace, Mark(at, "probed", f"{step_path(event)}: {told}"))


def doubt_settled(trace: Trace, event: DoubtSettled, at: float) -> Trace:
    """Mark who said what; the span stays as long as the call took, and takes the outcome that it turned out to have."""
    trace, span = _found(trace, event, at)
    path = step_path(event)
    if event.how is Settlement.DID_NOT:
        settled = replace(span, status=SpanStatus.INTERRUPTED)
    elif event.how is Settlement.ABANDONED:
        settled = replace(span, attributes=with_fault(span.attributes, event.fault))
    else:
        outcome = Outcome.SUCCEEDED if event.fault is None else Outcome.FAILED
        attributes = with_fault(_settled(span, event), event.fault)
        settled = replace(span, status=SpanStatus.of(outcome), attributes=attributes)
    trace = marked(changed(trace, settled), Mark(at, "settled", f"{path}: {event.how} by {event.by}"))
    return settle_turn(trace, event.node, event.turn, at) if event.turn else trace


def _settled(span: Span, event: DoubtSettled) -> Attributes:
    return replace(span.attributes, result_bytes=event.result_bytes, sanitised=event.sanitised)


def _found(trace: Trace, event: Step, start: float) -> tuple[Trace, Span]:
    """Return the step's span, opened at ``start`` if nothing was known of this attempt before."""
    path = step_path(event)
    span = trace.span(SpanKind.TOOL, path, event.attempt)
    if span is None:
        trace = opened(
            trace, SpanKind.TOOL, path, start, name=event.name, parent=_parent(trace, event), attempt=event.attempt
        )
        span = trace.span(SpanKind.TOOL, path, event.attempt)
        assert span is not None, "it was opened just now"
    return trace, span


def _parent(trace: Trace, event: Step) -> str:
    turn = trace.span(SpanKind.TURN, paths.turn(event.node, event.turn)) if event.turn else None
    return (turn or node_span(trace, event.node)).span_id
