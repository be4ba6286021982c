"""The totals of a trace: what a run consumed, how long it took, how often it was interrupted. Pure."""

import msgspec

from holdfast.kernel.outcomes import Outcome
from holdfast.observability.trace import Trace
from holdfast.observability.usage import Figures, figures


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """A run in figures."""

    status: str
    outcome: Outcome | None
    """How it ended; None while it goes on."""
    usage: Figures
    inherited: Figures | None
    """What the history of a fork has cost where it was made; it is no part of ``usage``. None for any other run."""
    tool_errors: int
    """Tool calls of agents that did not succeed."""
    context_tokens_peak: int
    """The largest prompt a model was given."""
    seconds: float
    """From its start to its end, or until now."""
    seconds_active: float
    """Of these, how long somebody drove it."""
    drivers: int
    interruptions: int
    """How often its driver died or was stopped in the middle."""
    parks: int
    """How often it was put down on purpose."""


def totals(trace: Trace, now: float | None = None) -> Totals:
    """Return the totals of ``trace``, of a run that goes on until ``now`` (by default its last event)."""
    state = trace.state
    end = state.ended_at if state.ended_at is not None else max(trace.last_at, now or 0.0)
    seconds = max(0.0, end - state.started_at)
    waited = end - trace.last_at if state.parked is not None else 0.0
    return Totals(
        status=state.status,
        outcome=state.outcome,
        usage=figures(state.spend),
        inherited=None if state.origin is None else figures(state.inherited),
        tool_errors=trace.tool_errors,
        context_tokens_peak=trace.context_tokens_peak,
        seconds=seconds,
        seconds_active=max(0.0, seconds - trace.idle_seconds - waited),
        drivers=len(trace.drivers) + 1,
        interruptions=sum(not change.was_parked for change in trace.drivers),
        parks=sum(change.was_parked for change in trace.drivers) + (state.parked is not None),
    )
