"""How a run as a whole evolves."""

from msgspec.structs import replace

from holdfast.journal.events import (
    CancelRequested,
    DriverChanged,
    DriverLeft,
    LifecycleMoved,
    MailRead,
    ResourcesFailed,
    RunEnded,
    RunParked,
    RunReviewed,
    RunStarted,
)
from holdfast.journal.fold.state import ReviewState, RunState

FIRST_STATUS, PLANNING, WAITING = "INTAKE", "PLANNING", "WAITING"


def run_started(event: RunStarted, at: float) -> RunState:
    return RunState(
        run=event.run,
        tenant=event.tenant,
        app=event.app,
        status=FIRST_STATUS,
        input=event.input,
        definitions=event.definitions,
        models=event.models,
        budget=event.budget,
        started_at=at,
        version=1,
        title=event.title,
        session=event.session,
        user=event.user,
        parent=event.parent,
        parent_step=event.parent_step,
        depth=event.depth,
        model=event.model,
        models_asked=event.models_asked,
        is_batch=event.is_batch,
        request_id=event.request_id,
        origin=event.origin,
        simulates=event.simulates,
        ancestors=event.ancestors,
        reacts_to=event.cause,
        caused_by=None if event.cause is None else event.cause.event,
        hops=0 if event.cause is None else event.cause.hops,
    )


def lifecycle_moved(state: RunState, event: LifecycleMoved, _at: float, version: int) -> RunState:
    waited_from = state.status if event.to == WAITING else None
    failed = 0 if state.status == PLANNING and waited_from is None else state.openings_failed
    return replace(state, status=event.to, waited_from=waited_from, openings_failed=failed, version=version)


def driver_changed(state: RunState, event: DriverChanged, _at: float, version: int) -> RunState:
    was_put_down = state.is_left or state.parked is not None
    return replace(
        state,
        drivers=state.drivers + 1,
        drivers_in_vain=0 if was_put_down else state.drivers_in_vain + 1,
        is_left=False,
        parked=None,
        awaits=(),
        awaited=(),
        version=version,
    )


def driver_left(state: RunState, _event: DriverLeft, _at: float, version: int) -> RunState:
    """A driver that lives to say so was not brought down."""
    return replace(state, is_left=True, drivers_in_vain=0, version=version)


def cancel_requested(state: RunState, event: CancelRequested, _at: float, version: int) -> RunState:
    abandons_by = state.abandons_by or (event.by if event.abandons_doubts else None)
    reason = state.cancel_reason or event.reason
    return replace(state, cancel_reason=reason, abandons_by=abandons_by, version=version)


def mail_read(state: RunState, event: MailRead, _at: float, version: int) -> RunState:
    return replace(state, inbox_read=max(state.inbox_read, event.position), version=version)


def run_parked(state: RunState, event: RunParked, _at: float, version: int) -> RunState:
    return replace(state, parked=event.reason, awaits=event.children, version=version)


def resources_failed(state: RunState, event: ResourcesFailed, _at: float, version: int) -> RunState:
    return replace(state, openings_failed=0 if event.retry_at is None else event.attempt, version=version)


def run_reviewed(state: RunState, event: RunReviewed, at: float, version: int) -> RunState:
    review = ReviewState(event.node, at, event.unmet, event.found)
    return replace(state, reviews=(*state.reviews, review), version=version)


def run_ended(state: RunState, event: RunEnded, at: float, version: int) -> RunState:
    return replace(
        state,
        status=event.status,
        is_over=True,
        outcome=event.outcome,
        result=event.result,
        fault=event.fault,
        waived=event.waived,
        ended_at=at,
        version=version,
    )
