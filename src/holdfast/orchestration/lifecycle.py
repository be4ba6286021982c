"""The lifecycle of a run: one table of states and transitions, from which everything else follows. Pure."""

import enum

from holdfast.kernel.errors import IllegalTransition


class Status(enum.StrEnum):
    """Where a run stands in its life."""

    INTAKE = "INTAKE"
    VALIDATING = "VALIDATING"
    PLANNING = "PLANNING"
    EXECUTING = "EXECUTING"
    WAITING = "WAITING"
    REVIEWING = "REVIEWING"
    REVISING = "REVISING"
    COMPLETE = "COMPLETE"
    REJECTED = "REJECTED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


_LIVE = (Status.INTAKE, Status.VALIDATING, Status.PLANNING, Status.EXECUTING, Status.REVIEWING, Status.REVISING)
_FORWARD: dict[Status, tuple[Status, ...]] = {
    Status.INTAKE: (Status.VALIDATING, Status.REJECTED),
    Status.VALIDATING: (Status.PLANNING, Status.REJECTED),
    Status.PLANNING: (Status.EXECUTING, Status.FAILED),
    Status.EXECUTING: (Status.REVIEWING, Status.FAILED),
    Status.REVIEWING: (Status.COMPLETE, Status.REVISING),
    Status.REVISING: (Status.EXECUTING, Status.REVIEWING, Status.FAILED),
}

TRANSITIONS: dict[Status, frozenset[Status]] = {
    **{state: frozenset((*_FORWARD[state], Status.WAITING, Status.CANCELLED)) for state in _LIVE},
    Status.WAITING: frozenset((*_LIVE, Status.CANCELLED)),
    **{state: frozenset() for state in (Status.COMPLETE, Status.REJECTED, Status.FAILED, Status.CANCELLED)},
}
"""Every declared transition. WAITING and CANCELLED can be reached from any live state."""

FINAL = frozenset(state for state, targets in TRANSITIONS.items() if not targets)
"""The states in which a run is over."""


def check(state: str, target: Status) -> Status:
    """Return ``target`` if a run in ``state`` may go there. Raises IllegalTransition otherwise."""
    allowed = TRANSITIONS[Status(state)]
    if target not in allowed:
        told = ", ".join(sorted(allowed)) or "nothing: it is over"
        raise IllegalTransition(f"expected a transition that {state} allows ({told}), found {target}")
    return target
