"""The lifecycle of a run: one table of states, events and failure rules, from which everything else follows. Pure.

The code asks it where an event takes a run (``after``) and what becomes of one that fails where it stands (``RULES``);
``draw/lifecycle.py`` draws it; the tests walk it.
"""

import enum
from collections.abc import Mapping

import msgspec

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


class Trigger(enum.StrEnum):
    """What can happen to a run that takes it from one state to another."""

    RECEIVED = "received"
    TURNED_AWAY = "turned_away"
    VALIDATED = "validated"
    FOUND_INVALID = "found_invalid"
    PLANNED = "planned"
    EXECUTED = "executed"
    CRITERIA_MET = "criteria_met"
    ACCEPTED = "accepted"
    CRITERIA_UNMET = "criteria_unmet"
    REVISED = "revised"
    REPLANNED = "replanned"
    FAILED = "failed"
    REQUEUED = "requeued"
    WAITS = "waits"
    DRIVEN_AGAIN = "driven_again"
    CANCELLED = "cancelled"


class FailureRule(enum.StrEnum):
    """What becomes of a run that fails in a state."""

    CALLER = "caller"
    """The error goes back to the caller, and nothing begins."""
    DEAD_LETTER = "dead_letter"
    """The run is over, and kept with its reason until an operator requeues or drops it."""
    RETRY_THEN_PERSON = "retry_then_person"
    """It is tried again so often, later and later; then the run waits for a person."""
    CHECKPOINT = "checkpoint"
    """The journal is the checkpoint: whoever drives next goes on after the last thing that was finished."""
    PERSON = "person"
    """The run waits for a person's decision."""


class Transition(msgspec.Struct, frozen=True):
    """One declared way from state to state."""

    origin: Status
    trigger: Trigger
    target: Status


LIVE = (
    Status.INTAKE,
    Status.VALIDATING,
    Status.PLANNING,
    Status.EXECUTING,
    Status.REVIEWING,
    Status.REVISING,
)
"""The states in which a run is at work; every one can be left to wait, and to be cancelled."""

TRANSITIONS = (
    Transition(Status.INTAKE, Trigger.RECEIVED, Status.VALIDATING),
    Transition(Status.INTAKE, Trigger.TURNED_AWAY, Status.REJECTED),
    Transition(Status.VALIDATING, Trigger.VALIDATED, Status.PLANNING),
    Transition(Status.VALIDATING, Trigger.FOUND_INVALID, Status.REJECTED),
    Transition(Status.PLANNING, Trigger.PLANNED, Status.EXECUTING),
    Transition(Status.PLANNING, Trigger.FAILED, Status.FAILED),
    Transition(Status.EXECUTING, Trigger.EXECUTED, Status.REVIEWING),
    Transition(Status.EXECUTING, Trigger.FAILED, Status.FAILED),
    Transition(Status.REVIEWING, Trigger.CRITERIA_MET, Status.COMPLETE),
    Transition(Status.REVIEWING, Trigger.ACCEPTED, Status.COMPLETE),
    Transition(Status.REVIEWING, Trigger.CRITERIA_UNMET, Status.REVISING),
    Transition(Status.REVISING, Trigger.REVISED, Status.REVIEWING),
    Transition(Status.REVISING, Trigger.REPLANNED, Status.EXECUTING),
    Transition(Status.REVISING, Trigger.FAILED, Status.FAILED),
    Transition(Status.FAILED, Trigger.REQUEUED, Status.EXECUTING),
    Transition(Status.REJECTED, Trigger.REQUEUED, Status.VALIDATING),
    *(Transition(state, Trigger.WAITS, Status.WAITING) for state in LIVE),
    *(Transition(Status.WAITING, Trigger.DRIVEN_AGAIN, state) for state in LIVE),
    *(Transition(state, Trigger.CANCELLED, Status.CANCELLED) for state in (*LIVE, Status.WAITING)),
)
"""Every declared transition; there is no other."""

RULES: Mapping[Status, FailureRule] = {
    Status.INTAKE: FailureRule.CALLER,
    Status.VALIDATING: FailureRule.DEAD_LETTER,
    Status.PLANNING: FailureRule.RETRY_THEN_PERSON,
    Status.EXECUTING: FailureRule.CHECKPOINT,
    Status.REVIEWING: FailureRule.PERSON,
    Status.REVISING: FailureRule.PERSON,
}
"""What becomes of a run that fails, for every state in which it is at work."""

FINAL = frozenset(
    state for state in Status if all(each.trigger is Trigger.REQUEUED for each in TRANSITIONS if each.origin is state)
)
"""The states in which a run is over, for everybody but an operator who requeues it."""

_WAYS: dict[str, dict[Trigger, tuple[Status, ...]]] = {
    state: {
        trigger: tuple(each.target for each in TRANSITIONS if (each.origin, each.trigger) == (state, trigger))
        for trigger in dict.fromkeys(each.trigger for each in TRANSITIONS if each.origin is state)
    }
    for state in Status
}


DEAD = (Status.FAILED, Status.REJECTED)
"""The states of runs that lie in the dead-letter queue, until somebody requeues or drops them."""


def after(state: str, trigger: Trigger, towards: str | None = None) -> Status:
    """Return where ``trigger`` takes a run in ``state``; where that can be several states, ``towards`` is the one.

    Raises IllegalTransition, naming state, event and what is allowed, for what the table does not declare.
    """
    ways = _WAYS[state]
    wanted = [target for target in ways.get(trigger, ()) if towards in (None, target)]
    if len(wanted) != 1:
        told = ", ".join(f"{event} to {' or '.join(targets)}" for event, targets in ways.items())
        found = f"{trigger} to {towards}" if towards is not None else trigger
        raise IllegalTransition(f"expected an event that {state} allows ({told or 'none: it is over'}), found {found}")
    return wanted[0]
