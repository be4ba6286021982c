"""How what a run has to do with events on the bus evolves."""

from msgspec.structs import replace

from holdfast.journal.bus import EventWait
from holdfast.journal.events.bus import EventAwaited, EventPublished, EventReceived, EventRefused, EventsHeld
from holdfast.journal.fold.event_state import EventWaitState
from holdfast.journal.fold.nodes import entered, with_node
from holdfast.journal.fold.state import RunState
from holdfast.kernel.ids import EventId


def event_published(state: RunState, _event: EventPublished, _at: float, version: int) -> RunState:
    return replace(state, version=version)


def event_awaited(state: RunState, event: EventAwaited, _at: float, version: int) -> RunState:
    wait = EventWaitState(event.number, event.topic, event.key, event.since)
    state = with_node(state, replace(entered(state, event.node), wait=wait), version)
    return replace(state, event_waits=(*state.event_waits, event.node), events_awaited=event.number)


def event_received(state: RunState, event: EventReceived, _at: float, version: int) -> RunState:
    node = entered(state, event.node)
    if node.wait is None or node.wait.number != event.number:
        return replace(state, version=version)  # it came for a wait that is over
    received = replace(node.wait, event=event.event_id, payload=event.payload, held=())
    return replace(
        with_node(state, replace(node, wait=received), version),
        event_waits=tuple(path for path in state.event_waits if path != event.node),
        caused_by=event.event_id,
        hops=max(state.hops, event.hops),
    )


def event_refused(state: RunState, event: EventRefused, _at: float, version: int) -> RunState:
    node = entered(state, event.node)
    if node.wait is None or node.wait.number != event.number:
        return replace(state, version=version)
    return with_node(state, replace(node, wait=replace(node.wait, refused=node.wait.refused + 1)), version)


def events_held(state: RunState, event: EventsHeld, _at: float, version: int) -> RunState:
    node = entered(state, event.node)
    if node.wait is None or node.wait.number != event.number:
        return replace(state, version=version)
    return with_node(state, replace(node, wait=replace(node.wait, held=event.events)), version)


def waits_moved(before: RunState, after: RunState) -> tuple[EventWait, ...]:
    """Return what the bus is to be told of the run's waits: those that are over, and those that have begun."""
    was, now = _open(before), _open(after)
    over = (_wait(before, was[number], is_over=True, met=_met(after, number)) for number in was.keys() - now.keys())
    return (*over, *(_wait(after, now[number]) for number in sorted(now.keys() - was.keys())))


def open_waits(state: RunState) -> tuple[EventWait, ...]:
    """Return the waits that are open: to be begun again wherever the run is driven, for it may have been moved."""
    return tuple(_wait(state, path) for path in state.event_waits)


def _wait(state: RunState, path: str, *, is_over: bool = False, met: EventId | None = None) -> EventWait:
    wait = _of(state, path)
    return EventWait(
        number=wait.number,
        tenant=state.tenant,
        topic=wait.topic,
        key=wait.key,
        since=wait.since,
        is_over=is_over,
        met=met,
    )


def _open(state: RunState) -> dict[int, str]:
    """Return the paths of the nodes that wait, by the numbers of their waits: a migration may have moved them."""
    return {_of(state, path).number: path for path in state.event_waits}


def _met(state: RunState, number: int) -> EventId | None:
    """Return the event with which the wait of that number has ended, if one did."""
    waits = (node.wait for node in state.nodes.values() if node.wait is not None)
    return next((wait.event for wait in waits if wait.number == number), None)


def _of(state: RunState, path: str) -> EventWaitState:
    wait = state.nodes[path].wait
    assert wait is not None, "a node waits for an event only once that is recorded"
    return wait
