"""How a run stands at this moment, in one word: what its status alone does not say. Pure."""

import enum

from holdfast.journal.port import Head
from holdfast.orchestration.people.resting import may_wait_for_somebody


class Condition(enum.StrEnum):
    """Whether somebody works on a run, and if not, why not."""

    OVER = "over"
    ERASED = "erased"
    """What it held was erased with its data subject: it is listed, and nobody can read it."""
    RUNNING = "running"
    WAITING = "waiting"
    """For an instant, or for its child runs: it goes on by itself."""
    RETRYING = "retrying"
    """For an instant at which a step that failed is tried again."""
    PARKED = "parked"
    """For somebody."""
    IN_DOUBT = "in doubt"
    """For somebody who says what became of a call."""
    ASKS = "asks"
    """For somebody who decides."""
    INTERRUPTED = "interrupted"
    """It should be driven and nobody does: the next process that drives takes it up."""


def condition(
    head: Head,
    now: float,
    *,
    is_store_driven: bool,
    has_doubts: bool = False,
    asks: bool = False,
    is_retrying: bool = False,
    awaits_children: bool = False,
) -> Condition:
    """Return how the run stands; ``is_store_driven`` says whether any process drives runs of its store."""
    if head.erased_at is not None:
        return Condition.ERASED
    if head.is_over:
        return Condition.OVER
    if head.is_parked and has_doubts:
        return Condition.IN_DOUBT
    if asks and may_wait_for_somebody(head, now):
        return Condition.ASKS
    if head.is_parked and awaits_children:
        return Condition.WAITING
    if head.is_parked:
        return Condition.PARKED
    if head.worker and head.lease_until > now and is_store_driven:
        return Condition.RUNNING
    if head.wake_at is not None and head.wake_at > now:
        return Condition.RETRYING if is_retrying else Condition.WAITING
    return Condition.RUNNING if is_store_driven else Condition.INTERRUPTED


def advice(
    stands: Condition,
    run: str,
    *,
    has_doubts: bool = False,
    is_dead: bool = False,
    awaits_children: bool = False,
    has_failed_step: bool = True,
) -> str:
    """Return what to do about it, if anything is to be done."""
    match stands:
        case Condition.WAITING if awaits_children:
            return f"see what it waits for with: holdfast runs --parent {run}"
        case Condition.IN_DOUBT | Condition.PARKED if has_doubts:
            return f"find out what became of it, and say so with: holdfast decide {run}"
        case Condition.ASKS:
            decide = f"holdfast decide {run} --choose OPTION or --approve"
            return f"see what is asked with: holdfast inbox, and decide with: {decide}"
        case Condition.PARKED | Condition.INTERRUPTED:
            return f"go on with: holdfast resume {run}"
        case Condition.RETRYING:
            return f"have it tried at once with: holdfast requeue {run}"
        case Condition.RUNNING:
            return f"watch it with: holdfast tail {run}"
        case Condition.OVER if is_dead and not has_failed_step:
            return f"have steps of it done again with: holdfast requeue {run} --from STEP, or: holdfast drop {run}"
        case Condition.OVER if is_dead:
            return f"have it go on with: holdfast requeue {run}, or let it be with: holdfast drop {run}"
        case _:
            return ""
