"""The bus on a memory disk: events by topic, waits, how far subscriptions have come and what they have taken in."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from holdfast.journal.bus import (
    BACKLOG_MAX,
    OPEN,
    BusEvent,
    Delivery,
    DeliveryFilter,
    DeliveryState,
    EventFilter,
    EventWait,
    Met,
    Position,
    Publication,
    TopicHead,
)
from holdfast.journal.port import Letter
from holdfast.journal.sealing.envelope import ERASED
from holdfast.journal.stores.routing import check_topic, is_for, letter_to
from holdfast.kernel.ids import EventId, RunId


class BusDesk:
    """What a memory disk keeps of the bus."""

    def __init__(self) -> None:
        self._events: dict[EventId, BusEvent] = {}
        """Of every topic in the order of their offsets."""
        self._last: dict[str, tuple[int, float]] = {}
        self._waits: dict[tuple[RunId, int], EventWait] = {}
        self._positions: dict[str, Position] = {}
        self._deliveries: dict[tuple[str, int, int], Delivery] = {}

    def publish(self, run: RunId | None, publications: Sequence[Publication], now: float) -> list[Letter]:
        """Take in what is published, and return the letters that tell waits of it."""
        letters = []
        for each in publications:
            if each.event_id in self._events:
                continue
            offset = self._last.get(each.topic, (0, 0.0))[0] + 1
            event = _stored(each, run, offset, now)
            self._events[each.event_id] = event
            self._last[each.topic] = (offset, now)
            waits = sorted((key, wait) for key, wait in self._waits.items() if not wait.is_over and is_for(wait, event))
            letters += [letter_to(*key, event.event_id) for key, _ in waits]
        return letters

    def wait(self, run: RunId, waits: Sequence[EventWait]) -> list[Letter]:
        """Take in what a run says of its waits; return the letters that tell of what was there before."""
        letters = []
        for each in waits:
            known = self._waits.get((run, each.number))
            if each.is_over:
                if known is not None and not known.is_over:
                    self._waits[run, each.number] = replace(known, is_over=True, met=each.met)
            elif known is None:
                self._waits[run, each.number] = replace(each, met=None)
                letters += [letter_to(run, each.number, event.event_id) for event in self._before(each)]
        return letters

    def _before(self, wait: EventWait) -> list[BusEvent]:
        if wait.since is None:
            return []
        found = [event for event in self._of_topic(wait.topic) if is_for(wait, event) and event.at >= wait.since]
        return found[:BACKLOG_MAX]

    def _of_topic(self, topic: str) -> Iterator[BusEvent]:
        return (event for event in self._events.values() if event.topic == topic)

    def event(self, event_id: EventId) -> BusEvent | None:
        """Return the event of that id."""
        return self._events.get(event_id)

    def events(self, which: EventFilter) -> tuple[BusEvent, ...]:
        """Return the events that match."""
        found = (
            event
            for event in self._events.values()
            if which.topic in (None, event.topic)
            and event.offset > (which.after if which.topic is not None else 0)
            and which.caused_by in (None, event.caused_by)
            and which.run in (None, event.run)
        )
        return tuple(found)[: max(0, which.count_max)]

    def topics(self) -> tuple[TopicHead, ...]:
        """Return every topic."""
        return tuple(
            TopicHead(topic, last, sum(1 for _ in self._of_topic(topic)), at)
            for topic, (last, at) in sorted(self._last.items())
        )

    def met_by(self, event_id: EventId) -> tuple[Met, ...]:
        """Return the waits that the event has ended."""
        return tuple(Met(*key) for key, wait in sorted(self._waits.items()) if wait.met == event_id)

    def subscribe(self, name: str, topic: str, app: str, *, from_start: bool) -> Position:
        """Return how far the subscription has come."""
        known = self._positions.get(name)
        if known is None:
            at = 0 if from_start else self._last.get(topic, (0, 0.0))[0]
            known = Position(name=name, topic=topic, app=app, position=at)
        check_topic(known, topic)
        self._positions[name] = known = replace(known, app=app)
        return known

    def positions(self) -> tuple[Position, ...]:
        """Return how far each subscription has come."""
        return tuple(position for _, position in sorted(self._positions.items()))

    def rewind(self, name: str, position: int) -> Position | None:
        """Begin a new generation after ``position``."""
        known = self._positions.get(name)
        if known is None:
            return None
        self._positions[name] = known = replace(known, position=max(0, position), generation=known.generation + 1)
        for key, each in list(self._deliveries.items()):
            if each.subscription == name and each.state is DeliveryState.WAITING:
                del self._deliveries[key]
        return known

    def unsubscribe(self, name: str) -> bool:
        """Forget the subscription."""
        for key in [key for key in self._deliveries if key[0] == name]:
            del self._deliveries[key]
        return self._positions.pop(name, None) is not None

    def advance(self, was: Position, position: int, taken: Sequence[Delivery]) -> bool:
        """Move the subscription on, if it still is where it was."""
        known = self._positions.get(was.name)
        if known is None or (known.generation, known.position) != (was.generation, was.position):
            return False
        self._positions[was.name] = replace(known, position=position)
        for each in taken:
            self._deliveries.setdefault(_key(each), each)
        return True

    def settle(self, deliveries: Sequence[Delivery]) -> None:
        """Say where deliveries stand now."""
        for each in deliveries:
            if _key(each) in self._deliveries:
                self._deliveries[_key(each)] = each

    def deliveries(self, which: DeliveryFilter) -> tuple[Delivery, ...]:
        """Return the deliveries that match."""
        found = (
            each
            for each in sorted(
                self._deliveries.values(), key=lambda each: (each.offset, each.generation, each.subscription)
            )
            if which.subscription in (None, each.subscription)
            and (not which.states or each.state in which.states)
            and which.event_id in (None, each.event_id)
        )
        return tuple(found)[: max(0, which.count_max)]

    def prune(self, before: float, count_max: int) -> int:
        """Remove the oldest events that nobody has to see to any more."""
        old: list[BusEvent] = []
        for topic in sorted(self._last):
            held = self._held_from(topic)
            old += [event for event in self._of_topic(topic) if event.at < before and event.offset < held]
        for event in old[: max(0, count_max)]:
            del self._events[event.event_id]
            for key in [key for key, each in self._deliveries.items() if each.event_id == event.event_id]:
                del self._deliveries[key]
        return min(len(old), max(0, count_max))

    def _held_from(self, topic: str) -> float:
        """Return the first offset that a subscription still has to take in or to see to."""
        names = {each.name: each.position + 1 for each in self._positions.values() if each.topic == topic}
        held = (*OPEN, DeliveryState.UNDELIVERED)
        owed = (each.offset for each in self._deliveries.values() if each.subscription in names and each.state in held)
        return min((*names.values(), *owed), default=float("inf"))

    def empty(self, run: RunId) -> None:
        """Take out what ``run`` has published, and leave that it did; it waits for nothing more."""
        for event_id, event in self._events.items():
            if event.run == run:
                self._events[event_id] = replace(event, body=ERASED)
        for key, wait in self._waits.items():
            if key[0] == run:
                self._waits[key] = replace(wait, is_over=True)

    def forget(self, run: RunId) -> None:
        """Forget the waits of a run that is removed."""
        for key in [key for key in self._waits if key[0] == run]:
            del self._waits[key]


def _stored(given: Publication, run: RunId | None, offset: int, now: float) -> BusEvent:
    return BusEvent(
        event_id=given.event_id,
        tenant=given.tenant,
        topic=given.topic,
        offset=offset,
        body=given.body,
        at=now,
        key=given.key,
        run=run,
        step=given.step,
        caused_by=given.caused_by,
        hops=given.hops,
    )


def _place(delivery: Delivery) -> tuple[int, int, str]:
    return delivery.offset, delivery.generation, delivery.subscription


def _key(delivery: Delivery) -> tuple[str, int, int]:
    return delivery.subscription, delivery.generation, delivery.offset
