"""A run's trace as a value: its spans so far, its points in time, and how spans are opened and closed. Pure."""

import msgspec
from msgspec.structs import replace
from rpds import HashTrieMap, HashTrieSet

from holdfast.journal.fold.state import RunState
from holdfast.kernel.outcomes import Fault
from holdfast.observability.span import NOTHING_KNOWN, Attributes, Span, SpanKind, SpanStatus, span_id

ROOT = ""
"""The path of the span of the run itself."""


class Mark(msgspec.Struct, frozen=True):
    """Something that took no time: a step of the lifecycle, a cancellation asked for, mail read."""

    at: float
    what: str
    detail: str = ""


class DriverChange(msgspec.Struct, frozen=True):
    """A worker took the run up again. ``idle_seconds`` is the time since the last event before it."""

    at: float
    worker: str
    epoch: int
    was_parked: bool
    """True: it had been put down on purpose. False: its driver before had died, or was stopped in the middle."""
    idle_seconds: float


class Trace(msgspec.Struct, frozen=True):
    """What a run did up to ``last_at``. Folded from its events; ``state`` is the run's own fold of the same events."""

    state: RunState
    last_at: float
    by_id: "HashTrieMap[str, Span]" = HashTrieMap()
    open_ids: "HashTrieSet[str]" = HashTrieSet()
    marks: tuple[Mark, ...] = ()
    drivers: tuple[DriverChange, ...] = ()
    """Every driver after the first."""
    idle_seconds: float = 0.0
    """How long nobody drove it."""
    gaps: tuple[tuple[float, float], ...] = ()
    """From when to when there was no run: between the history that a fork has inherited and the fork."""
    context_tokens_peak: int = 0
    tool_errors: int = 0
    """Tool calls of agents that did not succeed."""

    @property
    def spans(self) -> tuple[Span, ...]:
        """The spans in the order they began."""
        return tuple(sorted(self.by_id.values(), key=lambda span: span.serial))

    @property
    def root(self) -> Span:
        """The span of the run itself."""
        return self.by_id[span_id(self.state.run, SpanKind.RUN, ROOT, 1)]

    def span(self, kind: SpanKind, path: str, attempt: int = 1) -> Span | None:
        """Return the span of that thing, None if there is none yet."""
        return self.by_id.get(span_id(self.state.run, kind, path, attempt))

    def seconds_at(self, instant: float) -> float:
        """Return how long after its beginning that instant was; a gap takes no time."""
        left_out = sum(max(0.0, min(end, instant) - start) for start, end in self.gaps)
        return max(0.0, instant - self.root.start - left_out)

    def open_spans(self) -> list[Span]:
        """Return the spans that go on, in the order they began."""
        return sorted((self.by_id[identity] for identity in self.open_ids), key=lambda span: span.serial)


def opened(
    trace: Trace,
    kind: SpanKind,
    path: str,
    start: float,
    *,
    name: str,
    parent: str | None,
    attempt: int = 1,
    attributes: Attributes = NOTHING_KNOWN,
) -> Trace:
    """Return the trace with one more span, which is open."""
    identity = span_id(trace.state.run, kind, path, attempt)
    span = Span(
        span_id=identity,
        parent=parent,
        serial=len(trace.by_id),
        kind=kind,
        path=path,
        name=name,
        attempt=attempt,
        start=start,
        attributes=attributes,
    )
    return replace(trace, by_id=trace.by_id.insert(identity, span), open_ids=trace.open_ids.insert(identity))


def closed(trace: Trace, span: Span, end: float, status: SpanStatus, attributes: Attributes | None = None) -> Trace:
    """Return the trace with ``span`` ended."""
    ended = replace(span, end=max(span.start, end), status=status, attributes=attributes or span.attributes)
    return replace(trace, by_id=trace.by_id.insert(span.span_id, ended), open_ids=trace.open_ids.discard(span.span_id))


def reopened(trace: Trace, span: Span) -> Trace:
    """Return the trace with ``span`` going on: what it had come to is not its end."""
    attributes = replace(span.attributes, error=None, error_kind=None)
    going_on = replace(span, end=None, status=SpanStatus.OPEN, attributes=attributes)
    return replace(changed(trace, going_on), open_ids=trace.open_ids.insert(span.span_id))


def marked(trace: Trace, mark: Mark) -> Trace:
    """Return the trace with one more point in time."""
    return replace(trace, marks=(*trace.marks, mark))


def changed(trace: Trace, span: Span) -> Trace:
    """Return the trace with ``span`` in the place of what its id held."""
    return replace(trace, by_id=trace.by_id.insert(span.span_id, span))


def closed_below(trace: Trace, path: str, end: float, status: SpanStatus) -> Trace:
    """Return the trace with every open span below ``path`` ended, those begun last first."""
    for span in reversed(trace.open_spans()):
        if span.path.startswith((f"{path}/", f"{path}[")) or _is_part_of(span, path):
            trace = closed(trace, span, end, status)
    return trace


def with_fault(attributes: Attributes, fault: Fault | None) -> Attributes:
    """Return the attributes with what went wrong, if anything did."""
    return attributes if fault is None else replace(attributes, error=fault.message, error_kind=fault.kind)


def cut_off_at(trace: Trace, span: Span, at: float) -> float:
    """Return when ``span`` was cut off: for one of an earlier driver, the last time that driver was heard of."""
    if not trace.drivers or span.start >= trace.drivers[-1].at:
        return at
    change = trace.drivers[-1]
    return change.at - change.idle_seconds


def _is_part_of(span: Span, path: str) -> bool:
    """Whether it has the node's own path and is something the node did, not the node."""
    return span.path == path and span.kind is not SpanKind.NODE
