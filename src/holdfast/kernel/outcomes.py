"""How a step can end: values a run must live with, never exceptions."""

import enum

import msgspec


class ErrorKind(enum.StrEnum):
    """What went wrong, in a closed set that a model and a dashboard can both reason about."""

    UNKNOWN_TOOL = "unknown_tool"
    BAD_ARGUMENTS = "bad_arguments"
    NOT_GRANTED = "not_granted"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    TOOL_FAILED = "tool_failed"
    BAD_RESULT = "bad_result"
    TRUNCATED = "truncated"
    REFUSED_BY_MODEL = "refused_by_model"
    CONTENT_FILTER = "content_filter"
    MODEL_FAILED = "model_failed"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    CONTEXT_TOO_LONG = "context_too_long"
    BAD_REQUEST = "bad_request"
    AUTH = "auth"
    BROKEN_STREAM = "broken_stream"
    BAD_REPLY = "bad_reply"
    BAD_ANSWER = "bad_answer"
    BUDGET = "budget"
    LOOP = "loop"
    EXPRESSION = "expression"
    CHILD_FAILED = "child_failed"
    IN_DOUBT = "in_doubt"
    CONFLICT = "conflict"
    BAD_INPUT = "bad_input"
    RESOURCES = "resources"
    UNMET = "unmet"
    SCRIPT_FAILED = "script_failed"
    NOT_LIVE = "not_live"
    CHECK_FAILED = "check_failed"
    UNAVAILABLE = "unavailable"
    PARTIAL_RESULT = "partial_result"
    POSTCONDITION = "postcondition"
    DENIED = "denied"
    REJECTED = "rejected"
    COMPENSATED = "compensated"
    NOT_UNDONE = "not_undone"
    QUARANTINED = "quarantined"
    WITHHELD = "withheld"
    GAVE_UP = "gave_up"


class Settlement(enum.StrEnum):
    """How a doubt was settled: what somebody, or something, has found out of the effect."""

    HAPPENED = "happened"
    """It was done."""
    DID_NOT = "did_not"
    """It was not done: it is made again, if it is still wanted."""
    FAILED = "failed"
    """It came to nothing, for certain, or what it gave cannot be used: only the tool itself says so, late."""
    ABANDONED = "abandoned"
    """Nobody will ever know: the step has failed."""


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """A structured error: what happened, whether trying again can help, and what to do instead."""

    kind: ErrorKind
    message: str
    retryable: bool = False
    hint: str = ""


class Achieved(msgspec.Struct, frozen=True, omit_defaults=True):
    """What there is of a run without a result."""

    results: dict[str, object] = {}
    """By the node's path the value of each that has succeeded, unless a node around it has."""
    said: dict[str, str] = {}
    """By the node's path what an agent that did not come to an answer said last."""
    left_out: int = 0
    """How many more there are."""

    def __bool__(self) -> bool:
        return bool(self.results or self.said)


NOTHING_ACHIEVED = Achieved()


class Outcome(enum.StrEnum):
    """How a step or node ended."""

    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    """Something useful came of it, not all that was asked."""
    FAILED = "failed"
    REFUSED = "refused"
    """A guard said no: nothing was done."""
    IN_DOUBT = "in_doubt"
    """It was sent and nothing is known of what became of it."""
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    """A branch that was not taken."""

    @property
    def is_success(self) -> bool:
        """Whether what depends on it may go on."""
        return self in (Outcome.SUCCEEDED, Outcome.PARTIAL, Outcome.SKIPPED)
