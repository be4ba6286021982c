"""The event bus as a store keeps it: topics, events in order, who subscribes, what was delivered, who waits.

A *bus event* is published on a topic, in the commit of the step that publishes it or from outside of any run. Its
*offset* counts the events of its topic, from 1 without gaps, in the order in which they became durable. It is another
thing than an event of a run's journal.

A *subscription* has taken in every event up to its ``position``. What it takes in and does not pass over is a
*delivery*, which is kept for as long as its event is. A *wait* is a run's: a letter tells it of each event that it may
wait for, in the very transaction that publishes the event, or that begins the wait if the event was there before.

For a store on Postgres: ``topics.last`` is advanced by ``UPDATE … RETURNING`` under its row lock, in the order of the
topics' names, so offsets have no gaps and follow the order of commits; ``ON CONFLICT (event_id) DO NOTHING`` makes a
repeat none; ``advance`` is an ``UPDATE … WHERE generation = … AND position = …``; beginning a wait takes the row lock
of its topic too, so that no event passes between the look at what is there and the wait.
"""

import enum
from collections.abc import Sequence
from typing import Protocol

import msgspec

from holdfast.kernel.ids import EventId, RunId

HOPS_MAX = 16
"""How many reactions may follow on one another: what is published beyond that nobody reacts to by himself."""
BACKLOG_MAX = 1_000
"""How many events that were there before a wait begins with: the oldest."""


class Publication(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An event as it goes into a store. One whose id is there already is passed over."""

    event_id: EventId
    tenant: str
    topic: str
    body: bytes
    """JSON of the payload."""
    key: str | None = None
    """Events of one key are reacted to one after the other. Lies in the clear, as topic and tenant do."""
    step: str = ""
    """The path of the step that published it; of one from outside, who did."""
    caused_by: EventId | None = None
    """The event that the run which published it had reacted to, or received last."""
    hops: int = 0
    """How many events lie between it and one that no event has caused."""


class BusEvent(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An event as the store has it."""

    event_id: EventId
    tenant: str
    topic: str
    offset: int
    body: bytes | None
    """JSON of the payload; None if it was erased with the person that the run was about."""
    at: float
    key: str | None = None
    run: RunId | None = None
    """The run that published it; None: it came from outside."""
    step: str = ""
    caused_by: EventId | None = None
    hops: int = 0
    is_personal: bool = False
    """Its payload is kept sealed, for the run that published it is about a person."""


class Published(msgspec.Struct, frozen=True, gc=False):
    """What was published from outside, as it stands, and the runs whose waits were told of it."""

    events: tuple[BusEvent, ...]
    told: tuple[RunId, ...] = ()


class TopicHead(msgspec.Struct, frozen=True, gc=False):
    """How far a topic has come."""

    topic: str
    last: int
    """The offset of its newest event."""
    kept: int
    """How many of its events are still kept."""
    at: float
    """When the newest was published."""


class EventWait(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a commit says of one of its run's waits: that it begins, or is over."""

    number: int
    """Which wait of the run it is, from 1."""
    tenant: str
    topic: str
    key: str | None = None
    """Only events of this key; None: of any, and of none."""
    since: float | None = None
    """Events published from this instant on count; None: from this commit on."""
    is_over: bool = False
    met: EventId | None = None
    """The event that ended it, if one did."""


class Position(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """How far a subscription has come."""

    name: str
    topic: str
    app: str
    position: int
    """The offset of the last event it has taken in."""
    generation: int = 1
    """Which time it goes through its topic: reactions of another generation are other runs."""


class DeliveryState(enum.StrEnum):
    """Where the delivery of an event to a subscription stands."""

    WAITING = "waiting"
    """Its turn has not come."""
    BEGUN = "begun"
    """Its reaction is a run that is not over, or that failed and holds its key."""
    DONE = "done"
    """Its reaction is over."""
    UNDELIVERED = "undelivered"
    """It cannot be reacted to: somebody has to look at it."""
    DROPPED = "dropped"
    """Somebody has decided that nothing is to react."""


OPEN = (DeliveryState.WAITING, DeliveryState.BEGUN)
"""The states of what is still to be seen to."""


class Delivery(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An event on its way to a subscription."""

    subscription: str
    generation: int
    offset: int
    event_id: EventId
    tenant: str
    state: DeliveryState
    key: str | None = None
    """The key by which its reactions are ordered; None: by none."""
    run: RunId | None = None
    """The run that reacts."""
    reason: str = ""
    """Why it is undelivered."""
    at: float = 0.0
    """When it came to stand so."""


class DeliveryFilter(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Which deliveries to list, those of the oldest events first."""

    subscription: str | None = None
    states: tuple[DeliveryState, ...] = ()
    event_id: EventId | None = None
    count_max: int = 1_000


class EventFilter(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Which events to list, in the order in which they became durable: of one topic, one cause or one run."""

    topic: str | None = None
    after: int = 0
    """Only events of a higher offset; of use with a topic."""
    caused_by: EventId | None = None
    run: RunId | None = None
    count_max: int = 100


class Met(msgspec.Struct, frozen=True, gc=False):
    """A wait that an event has ended."""

    run: RunId
    number: int


class Topics(Protocol):
    """Holds the events. Methods may raise JournalError; none leaves half of its work behind."""

    async def publish(self, publications: Sequence[Publication]) -> Published:
        """Publish from outside of any run; return the events as they stand once that is durable."""

    async def event(self, event_id: EventId) -> BusEvent | None:
        """Return the event of that id, None if there is none."""

    async def events(self, which: EventFilter) -> Sequence[BusEvent]:
        """Return the events that match. One that cannot be read any more has no body."""

    async def topics(self) -> Sequence[TopicHead]:
        """Return every topic on which something was ever published, by name."""

    async def met_by(self, event_id: EventId) -> Sequence[Met]:
        """Return the waits that the event has ended."""


class Subscriptions(Protocol):
    """Holds how far subscriptions have come."""

    async def subscribe(self, name: str, topic: str, app: str, *, from_start: bool) -> Position:
        """Return how far the subscription has come; one that is new begins at the topic's end, or at its start.

        Raises JournalError if the name stands for another topic.
        """

    async def positions(self) -> Sequence[Position]:
        """Return how far each subscription has come, by name."""

    async def rewind(self, name: str, position: int) -> Position | None:
        """Begin a new generation after ``position``; None if there is no such subscription.

        What waits for its turn is taken in anew; reactions that have begun keep their keys until they are over.
        """

    async def unsubscribe(self, name: str) -> bool:
        """Forget the subscription and its deliveries; False if there is none. Runs that react go on."""


class Deliveries(Protocol):
    """Holds what subscriptions have taken in."""

    async def advance(self, was: Position, position: int, taken: Sequence[Delivery]) -> bool:
        """Move the subscription on to ``position`` with what it took in; False if it is not at ``was`` any more."""

    async def settle(self, moved: Sequence[Delivery]) -> None:
        """Say where deliveries stand now. One that is not kept any more is passed over."""

    async def deliveries(self, which: DeliveryFilter) -> Sequence[Delivery]:
        """Return the deliveries that match, those of lower offsets first, at one offset the older generation."""

    async def prune(self, before: float, count_max: int) -> int:
        """Remove the oldest events published before that instant, with their deliveries, and say how many they were.

        None that a subscription has still to take in or to see to, nor any after it on its topic.
        """


class BusStore(Topics, Subscriptions, Deliveries, Protocol):
    """What a store keeps of the bus."""
