"""Where a wait for an event stands."""

import msgspec

from holdfast.kernel.ids import EventId, PayloadId


class EventWaitState(msgspec.Struct, frozen=True, gc=False):
    """What a node waits for on the bus, and what has come of it."""

    number: int
    topic: str
    key: str | None = None
    since: float | None = None
    event: EventId | None = None
    """The event that has come."""
    payload: PayloadId | None = None
    refused: int = 0
    """How many events could not be judged."""
    held: tuple[EventId, ...] = ()
    """Events that have come and are to be judged."""
