"""What a trace shows of an agent's turns: their model calls, the waits between attempts, the tool calls asked for."""

from msgspec.structs import replace

from holdfast.journal.events import (
    LoopSuspected,
    ModelCalled,
    ModelFailed,
    ModelInterrupted,
    ModelOutrun,
    ModelReconciled,
    ModelReplied,
)
from holdfast.kernel import paths
from holdfast.kernel.limits import Spend
from holdfast.kernel.messages import Usage
from holdfast.observability.projection.nodes import node_span
from holdfast.observability.span import Attributes, Span, SpanKind, SpanStatus
from holdfast.observability.trace import Mark, Trace, changed, closed, cut_off_at, opened, reopened, with_fault

BESIDE = ".beside"
"""Ends the path of a call that was made beside another, and was not heard."""


def model_called(trace: Trace, event: ModelCalled, at: float) -> Trace:
    trace = replace(trace, context_tokens_peak=max(trace.context_tokens_peak, event.tokens))
    attributes = Attributes(
        model=event.model,
        context_tokens=event.tokens,
        messages=event.messages,
        reserved_tokens=event.reserved,
    )
    return _opened_call(trace, event.node, event.turn, event.attempt, at, event.model, attributes)


def model_replied(trace: Trace, event: ModelReplied, at: float) -> Trace:
    span = _call_span(trace, event)
    attributes = replace(
        span.attributes,
        model=event.model,
        stop=event.stop,
        spend=spend_of(event.usage),
        reserved_tokens=None,
        context_tokens=event.usage.input_tokens or span.attributes.context_tokens,
        seconds=event.seconds,
        first_token_seconds=event.first_token_seconds,
        prices=event.prices or None,
        way=event.way,
    )
    status = SpanStatus.FAILED if event.defect else SpanStatus.SUCCEEDED
    trace = closed(trace, span, at, status, with_fault(attributes, event.defect))
    trace = replace(trace, context_tokens_peak=max(trace.context_tokens_peak, event.usage.input_tokens))
    if not event.calls:
        return _closed_turn(trace, event.node, event.turn, at, status)
    turn = _turn_span(trace, event.node, event.turn)
    for index, request in enumerate(event.calls, 1):
        path = paths.call(event.node, event.turn, index)
        trace = opened(trace, SpanKind.TOOL, path, at, name=request.tool, parent=turn.span_id)
    return trace


def model_failed(trace: Trace, event: ModelFailed, at: float) -> Trace:
    path = paths.turn(event.node, event.turn)
    span = trace.span(SpanKind.MODEL, path, event.attempt)
    if span is None:  # refused before it was sent: nothing had been recorded of it
        trace = _opened_call(trace, event.node, event.turn, event.attempt, at - event.seconds, "model", Attributes())
        span = _call_span(trace, event)
    known = _charged(trace, span.attributes) if event.is_charged else replace(span.attributes, reserved_tokens=None)
    attributes = replace(known, seconds=event.seconds, way=event.way)
    trace = closed(trace, span, at, SpanStatus.FAILED, with_fault(attributes, event.fault))
    if event.retry_at is None:
        return _closed_turn(trace, event.node, event.turn, at, SpanStatus.FAILED)
    return opened(
        trace,
        SpanKind.WAIT,
        path,
        at,
        name="retry",
        parent=_turn_span(trace, event.node, event.turn).span_id,
        attempt=event.attempt,
        attributes=Attributes(reason=event.fault.message, until=event.retry_at),
    )


def model_outrun(trace: Trace, event: ModelOutrun, at: float) -> Trace:
    """Show it beside the call that was heard, for as long as it was under way."""
    call = _call_span(trace, event)
    left = None if call.attributes.reserved_tokens is None else call.attributes.reserved_tokens // 2
    trace = changed(trace, replace(call, attributes=replace(call.attributes, reserved_tokens=left)))
    path = f"{call.path}{BESIDE}"
    start = min(at, call.start + event.after_seconds)
    trace = opened(
        trace,
        SpanKind.MODEL,
        path,
        start,
        name=event.place,
        parent=call.parent,
        attempt=event.attempt,
        attributes=_charged(trace, Attributes(model=event.place, seconds=event.seconds)),
    )
    beside = trace.span(SpanKind.MODEL, path, event.attempt)
    assert beside is not None, "it was opened just now"
    return closed(trace, beside, min(at, start + event.seconds), SpanStatus.INTERRUPTED)


def model_interrupted(trace: Trace, event: ModelInterrupted, at: float) -> Trace:
    """What it reserved is charged in full, as the fold does; of what was never sent nothing is."""
    span = _call_span(trace, event)
    known = span.attributes
    attributes = _charged(trace, known) if event.is_charged else replace(known, reserved_tokens=None)
    return closed(trace, span, cut_off_at(trace, span, at), SpanStatus.INTERRUPTED, attributes)


def model_reconciled(trace: Trace, event: ModelReconciled, _at: float) -> Trace:
    path = paths.turn(event.node, event.turn)
    found = (trace.span(SpanKind.MODEL, each, event.attempt) for each in (path, f"{path}{BESIDE}"))
    for span in found:
        if span is not None and span.attributes.charged_unseen == event.charged:
            attributes = replace(span.attributes, spend=spend_of(event.usage), charged_unseen=None)
            return changed(trace, replace(span, attributes=attributes))
    return trace


def loop_suspected(trace: Trace, event: LoopSuspected, at: float) -> Trace:
    """The turn says which circle its calls are part of, and the trace that it was found."""
    told = f"{event.circle}: {event.count} × {', '.join(event.tools)}"
    trace = replace(trace, marks=(*trace.marks, Mark(at, "loop suspected", f"{event.node}: {told}")))
    span = _turn_span(trace, event.node, event.turn)
    return changed(trace, replace(span, attributes=replace(span.attributes, reason=f"goes in circles ({told})")))


def settle_turn(trace: Trace, node: str, turn: int, at: float) -> Trace:
    """Return the trace with the turn ended if every call in its reply has an outcome."""
    agent = trace.state.nodes[node].agent
    if agent is None or any(call.step.outcome is None for call in agent.calls):
        return trace
    return _closed_turn(trace, node, turn, at, SpanStatus.SUCCEEDED)


def spend_of(usage: Usage) -> Spend:
    """Return what one model call consumed as the fold counts it."""
    return Spend(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_tokens=usage.cached_tokens,
        usd=usage.cost_usd or 0.0,
        calls_of_unknown_cost=int(usage.cost_usd is None),
    )


def _charged(trace: Trace, known: Attributes) -> Attributes:
    """Return what is known of a call that was just charged unseen: the fold knows with what."""
    unseen = trace.state.unseen[-1]
    worst = spend_of(Usage(input_tokens=unseen.tokens, cost_usd=unseen.cost_usd))
    return replace(known, spend=worst, reserved_tokens=None, charged_unseen=unseen.charged)


def _opened_call(
    trace: Trace, node: str, turn: int, attempt: int, at: float, name: str, attributes: Attributes
) -> Trace:
    """Open the call, and its turn where this is the turn's first; what waited for it has ended."""
    path = paths.turn(node, turn)
    if trace.span(SpanKind.TURN, path) is None:
        around = node_span(trace, node).span_id
        trace = opened(trace, SpanKind.TURN, path, at, name=f"turn {turn}", parent=around)
    waited = trace.span(SpanKind.WAIT, path, attempt - 1)
    if waited is not None and waited.is_open:
        trace = closed(trace, waited, at, SpanStatus.SUCCEEDED)
    span = _turn_span(trace, node, turn)
    if not span.is_open:  # the node is tried again, and goes on where it failed
        trace = reopened(trace, span)
    return opened(
        trace, SpanKind.MODEL, path, at, name=name, parent=span.span_id, attempt=attempt, attributes=attributes
    )


def _closed_turn(trace: Trace, node: str, turn: int, at: float, status: SpanStatus) -> Trace:
    span = _turn_span(trace, node, turn)
    return closed(trace, span, at, status) if span.is_open else trace


def _turn_span(trace: Trace, node: str, turn: int) -> Span:
    span = trace.span(SpanKind.TURN, paths.turn(node, turn))
    assert span is not None, "a turn's span is opened with its first call"
    return span


def _call_span(trace: Trace, event: ModelReplied | ModelFailed | ModelOutrun | ModelInterrupted) -> Span:
    span = trace.span(SpanKind.MODEL, paths.turn(event.node, event.turn), event.attempt)
    assert span is not None, "a reply follows its call"
    return span
