"""What expressions see of an event on the bus. Pure."""

from holdfast.journal.bus import BusEvent


def seen(event: BusEvent, payload: object) -> dict[str, object]:
    """Return ``event`` as expressions see it."""
    return {
        "id": event.event_id,
        "topic": event.topic,
        "offset": event.offset,
        "key": event.key,
        "at": event.at,
        "hops": event.hops,
        "caused_by": event.caused_by,
        "payload": payload,
    }
