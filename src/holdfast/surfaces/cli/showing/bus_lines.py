"""What a run has to do with events on the bus, as lines of words. Pure."""

from holdfast.journal.events import EventAwaited, EventPublished, EventReceived, EventRefused, EventsHeld

OfBus = EventPublished | EventAwaited | EventReceived | EventRefused | EventsHeld


def bus_line(event: OfBus) -> str:
    """Return what happened, in one line."""
    match event:
        case EventPublished():
            how = "would have published" if event.is_simulated else "published"
            return f"{event.node}  {how} {event.event_id} on {event.topic}{_keyed(event.key)}"
        case EventAwaited():
            return f"{event.node}  waits for an event on {event.topic}{_keyed(event.key)}"
        case EventReceived():
            return f"{event.node}  received {event.event_id} on {event.topic}{_keyed(event.key)}"
        case EventRefused():
            return f"{event.node}  could not tell whether it waits for {event.event_id}: {event.reason}"
        case EventsHeld():
            told = f"{len(event.events)} that came" if event.events else "none"
            return f"{event.node}  events still to be judged: {told}"


def _keyed(key: str | None) -> str:
    return "" if key is None else f", key {key}"
