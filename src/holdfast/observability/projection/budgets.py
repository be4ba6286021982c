"""What a trace shows of budgets: a mark one ran low, an agent went on cheaper, a bound did not hold."""

from holdfast.journal.events import BudgetLow, ModelSwitched, ReservationExceeded, ShareGiven
from holdfast.kernel import paths
from holdfast.observability.trace import Mark, Trace, marked


def budget_low(trace: Trace, event: BudgetLow, at: float) -> Trace:
    return marked(trace, Mark(at, "budget low", f"{event.owner}: {event.spent:g} of {event.allowed:g} {event.limit}"))


def model_switched(trace: Trace, event: ModelSwitched, at: float) -> Trace:
    told = f"{event.node}: {event.model} in place of {event.before}, for {event.reason}"
    return marked(trace, Mark(at, "model switched", told))


def reservation_exceeded(trace: Trace, event: ReservationExceeded, at: float) -> Trace:
    told = f"{paths.turn(event.node, event.turn)}: {event.tokens} tokens where {event.reserved} were reserved"
    return marked(trace, Mark(at, "reservation exceeded", told))


def share_given(trace: Trace, _event: ShareGiven, _at: float) -> Trace:
    """A limit that nothing has met yet is none of a trace's."""
    return trace
