"""What a trace is made of: a span for everything a run did, with a place, a time and how it ended. Pure values."""

import enum

import msgspec

from holdfast.journal.events.steps import Sanitised
from holdfast.kernel.effects import Effect
from holdfast.kernel.ids import RunId, digest
from holdfast.kernel.limits import Spend
from holdfast.kernel.messages import StopReason
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.kernel.ways import Way

SPAN_ID_DIGITS = 16
"""Eight bytes in hexadecimal: what OpenTelemetry takes for a span's id."""


class SpanKind(enum.StrEnum):
    """What a span is of."""

    RUN = "run"
    NODE = "node"
    TURN = "turn"
    """One turn of an agent: its model calls, and the tool calls of the reply."""
    MODEL = "model"
    """One attempt at a model call."""
    TOOL = "tool"
    """One attempt at an effect: a tool call of an agent, or a node that is itself a tool or function."""
    WAIT = "wait"
    """Nothing was done: the run was parked, or a model call waits to be tried again."""


class SpanStatus(enum.StrEnum):
    """How a span stands: open, or ended with an outcome, or cut off before it had one."""

    OPEN = "open"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    INTERRUPTED = "interrupted"
    """Its driver died or let go; what follows is another attempt."""

    @classmethod
    def of(cls, outcome: Outcome) -> "SpanStatus":
        """Return the status of what ended with ``outcome``."""
        return cls(outcome.value)


class Attributes(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is known of a span beside its place and time; what does not apply to its kind is left out."""

    node_kind: str | None = None
    model: str | None = None
    stop: StopReason | None = None
    spend: Spend | None = None
    """What it consumed: of a model call its own, of an agent's node and of the run the sum."""
    reserved_tokens: int | None = None
    charged_unseen: int | None = None
    """The version of the event that charged a model call in full because nobody has seen its reply."""
    context_tokens: int | None = None
    """Size of the prompt: estimated until the reply says how many tokens it was."""
    messages: int | None = None
    """How many messages the model saw."""
    seconds: float | None = None
    """As measured by whoever did it."""
    first_token_seconds: float | None = None
    """How long it took until the first of a reply came."""
    prices: str | None = None
    """The table that the cost of a call comes from, with its version."""
    way: Way | None = None
    """Of a model call: whose account it went through, how long it waited for its turn, what was tried before."""
    effect: Effect | None = None
    stage: str | None = None
    """The executor's stage that ended a call; none if it passed all."""
    policies: tuple[str, ...] = ()
    """The ids of the policies that let a call through, or forbade it."""
    autonomy: str = ""
    """How much the agent that calls may do by itself."""
    result_bytes: int | None = None
    items: int | None = None
    """How many items a map has."""
    case: str | None = None
    """Which way a branch went."""
    child: RunId | None = None
    """The run that a node has begun."""
    child_app: str | None = None
    reason: str | None = None
    """Why nothing is done, for a wait."""
    until: float | None = None
    """When a wait ends by itself."""
    left_out_seconds: float = 0.0
    """Time in it that is no part of it: between the history that a fork has inherited and the fork."""
    is_simulated: bool = False
    """Nothing was sent: the tool's simulation has made the result up."""
    is_inherited: bool = False
    """It was done by the run that this one is a fork of."""
    sanitised: Sanitised | None = None
    """What the result of a call held that is not shown as it was."""
    error: str | None = None
    error_kind: ErrorKind | None = None


NOTHING_KNOWN = Attributes()


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a run did. ``end`` is None while it is open."""

    span_id: str
    parent: str | None
    serial: int
    """Spans in order of their beginning, from 0."""
    kind: SpanKind
    path: str
    name: str
    attempt: int
    start: float
    end: float | None = None
    status: SpanStatus = SpanStatus.OPEN
    attributes: Attributes = NOTHING_KNOWN
    run: RunId | None = None
    """The run below that did it; None if the run did it itself."""

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.end is None

    def seconds(self, now: float) -> float:
        """Return how long it took, or has taken until ``now``."""
        end = now if self.end is None else self.end
        return max(0.0, end - self.start - self.attributes.left_out_seconds)


def span_id(run: RunId, kind: SpanKind, path: str, attempt: int) -> str:
    """Return the id of that span: the same at every export, so that exporting twice is harmless."""
    place = (run, kind.value, path, str(attempt))
    return digest(*(piece.encode("utf-8", "surrogatepass") for piece in place))[:SPAN_ID_DIGITS]


def trace_id(run: RunId) -> str:
    """Return the id of a run's trace: sixteen bytes in hexadecimal, always the same."""
    return digest(b"trace", run.encode())
