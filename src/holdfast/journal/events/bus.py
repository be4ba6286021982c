"""What a run has to do with events on the bus: it publishes some, waits for others, and receives them."""

import msgspec

from holdfast.journal.events.event import JournalEvent
from holdfast.kernel.ids import EventId, PayloadId
from holdfast.kernel.provenance import Trust


class Cause(msgspec.Struct, frozen=True, omit_defaults=True):
    """The event that a run was begun for, itself or by the run that it is a child of."""

    event: EventId
    topic: str
    hops: int
    """How many events lie between that one and one that no event has caused."""
    subscription: str = ""
    generation: int = 1
    """Which time the subscription goes through its topic."""
    trust: Trust = Trust.UNTRUSTED
    """How far the topic's payloads are trusted."""


class EventPublished(JournalEvent, frozen=True, tag="event.published/1"):
    """A step has published an event. Its commit carries it to the bus."""

    node: str
    """The path of the step."""
    event_id: EventId
    topic: str
    payload: PayloadId
    """JSON of what it says."""
    key: str | None = None
    caused_by: EventId | None = None
    """The event that the run had received last, or was begun for."""
    hops: int = 0
    is_simulated: bool = False
    """Nothing was published, for the run is a fork that sends nothing."""


class EventAwaited(JournalEvent, frozen=True, tag="event.awaited/1"):
    """A node waits for an event. Its commit begins the wait on the bus."""

    node: str
    number: int
    """Which wait of the run it is, from 1."""
    topic: str
    key: str | None = None
    since: float | None = None
    """Events published from this instant on count; None: from now on."""


class EventReceived(JournalEvent, frozen=True, tag="event.received/1"):
    """The event has come that a node waits for."""

    node: str
    number: int
    event_id: EventId
    topic: str
    payload: PayloadId
    """JSON of what it says, as this run keeps it."""
    key: str | None = None
    hops: int = 0


class EventsHeld(JournalEvent, frozen=True, tag="event.held/1"):
    """These events have come and cannot be judged yet, for the run's definitions are not the present ones.

    They are judged once it goes on; none: they have been, and none was what the node waits for.
    """

    node: str
    number: int
    events: tuple[EventId, ...] = ()


class EventRefused(JournalEvent, frozen=True, tag="event.refused/1"):
    """An event has come of which it cannot be said whether it is what a node waits for: it counts as none."""

    node: str
    number: int
    event_id: EventId
    reason: str
