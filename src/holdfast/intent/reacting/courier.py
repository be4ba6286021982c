"""Has runs react to events: takes in what is published, begins a run for each event in its turn, sees it end.

All that it knows stands in the store, and every step may be done again: a reaction is begun under an id that follows
from the subscription, its generation and the event, so it is one run however often it is begun. Several couriers on one
store disturb each other in nothing but work done twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from msgspec.structs import replace

from holdfast.dispatch.port import OnTrouble
from holdfast.intent.reacting.judging import cause_of, given, judged, undelivered
from holdfast.intent.reacting.turns import next_in_turn
from holdfast.intent.request import Request
from holdfast.journal.bus import BusEvent, Delivery, DeliveryFilter, DeliveryState, EventFilter, Position
from holdfast.journal.port import Head, Store
from holdfast.kernel.clock import Clock, wait_until
from holdfast.kernel.errors import DefinitionError, ExpressionError, HoldfastError, InputError, RunNotFound
from holdfast.kernel.ids import RunId
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.subscription import OnDead, Start, Subscription
from holdfast.orchestration.lifecycle import DEAD
from holdfast.orchestration.people.dead_letters import dropped
from holdfast.orchestration.people.resting import may_wait_for_somebody

LOOK_SECONDS = 1.0
"""How often it is looked for what nobody has told of: events that other processes publish, deliveries requeued."""
EVENTS_AT_ONCE_MAX = 100
"""How many events are taken in with one look."""

Begin = Callable[[Request], Awaitable[RunId]]
"""Begins a run and has it driven; the same request twice is one run."""


class Courier:
    """Sees to the subscriptions of ``apps`` for as long as it is served and ``drives`` says so."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        apps: Callable[[], Sequence[App]],
        begin: Begin,
        on_trouble: OnTrouble,
    ) -> None:
        self._store, self._bus, self._clock = store, store.bus, clock
        self._apps, self._begin, self._on_trouble = apps, begin, on_trouble
        self._bell = asyncio.Event()
        self.drives: Callable[[], bool] = lambda: False
        """Whether this process drives runs: only then it begins any here."""

    def ring(self) -> None:
        """Have it look: something was published, or a reaction is over."""
        self._bell.set()

    async def serve(self) -> None:
        """See to all subscriptions until cancelled."""
        while True:
            self._bell.clear()
            if self.drives() and await self.look():
                await asyncio.sleep(0)
            elif any(app.subscribes for app in self._apps()):
                await wait_until(self._clock.now() + LOOK_SECONDS, self._clock, self._bell)
            else:
                await self._bell.wait()

    async def look(self) -> bool:
        """See once to all subscriptions, and say whether there is more to do at once."""
        try:
            subscribed = [(app, each) for app in self._apps() for each in app.subscribes]
            positions = {each.name: each for each in await self._bus.positions()} if subscribed else {}
        except HoldfastError as error:
            self._on_trouble(None, error)
            return False
        has_more, names = False, set[str]()
        for app, each in subscribed:
            try:
                if each.name in names:
                    raise DefinitionError(f"expected one subscription called {each.name!r}, found two: rename one")
                names.add(each.name)
                at = positions.get(each.name)
                if at is None or (at.topic, at.app) != (each.topic.name, app.name):
                    from_start = each.start is Start.EARLIEST
                    at = await self._bus.subscribe(each.name, each.topic.name, app.name, from_start=from_start)
                has_more = await self._see_to(app, each, at) or has_more
            except HoldfastError as error:  # the others are seen to all the same, and this one at the next look
                self._on_trouble(None, error)
        return has_more

    async def _see_to(self, app: App, by: Subscription, at: Position) -> bool:
        """Do what can be done for one subscription, and say whether more can be at once."""
        waiting = await self._kept(by, DeliveryState.WAITING)
        begun = await self._kept(by, DeliveryState.BEGUN)
        heads = [await self._head(each) for each in begun]
        over = [await self._is_over(by, head) for head in heads]
        moved = [self._moved(each, DeliveryState.DONE) for each, is_over in zip(begun, over, strict=True) if is_over]
        begun = [each for each, is_over in zip(begun, over, strict=True) if not is_over]
        now = self._clock.now()
        at_work = sum(head is not None and not head.is_over and not may_wait_for_somebody(head, now) for head in heads)
        taken, is_more = await self._taken_in(by, at, len(waiting) + len(begun))
        turns = list(next_in_turn((*waiting, *taken), begun, by.at_once_max - at_work))
        begins = await asyncio.gather(*(self._react(app, by, each) for each in turns), return_exceptions=True)
        moved += [each for each in begins if isinstance(each, Delivery)]
        if moved:
            await self._bus.settle(moved)
        for failure in begins:
            if isinstance(failure, BaseException):
                raise failure
        return is_more or any(each.state is not DeliveryState.BEGUN for each in moved)

    async def _taken_in(self, by: Subscription, at: Position, kept: int) -> tuple[list[Delivery], bool]:
        """Take in events as far as there is room; return what waits of them, and whether there may be more."""
        room = min(EVENTS_AT_ONCE_MAX, by.waiting_max - kept)
        if room <= 0:
            return [], False
        events = await self._bus.events(EventFilter(topic=by.topic.name, after=at.position, count_max=room))
        if not events:
            return [], False
        now = self._clock.now()
        found = [each for event in events if (each := judged(event, by, at, now)) is not None]
        found = [await self._with_causes(each) for each in found]
        if not await self._bus.advance(at, events[-1].offset, found):
            return [], True  # another process was quicker, or a new generation began
        return [each for each in found if each.state is DeliveryState.WAITING], len(events) == room

    async def _with_causes(self, delivery: Delivery) -> Delivery:
        """Return it with what caused the event, if it comes at the end of too long a chain."""
        event = await self._bus.event(delivery.event_id) if delivery.state is DeliveryState.UNDELIVERED else None
        if event is None or event.caused_by is None:
            return delivery
        chain = [event]
        while chain[-1].caused_by is not None and len(chain) <= event.hops:
            before = await self._bus.event(chain[-1].caused_by)
            if before is None:
                break
            chain.append(before)
        told = " ← ".join(f"{each.event_id} on {each.topic}" for each in chain)
        return replace(delivery, reason=f"{delivery.reason}. Caused by: {told}")

    async def _react(self, app: App, by: Subscription, delivery: Delivery) -> Delivery:
        """Begin the run that reacts, and return where the delivery stands then."""
        event = await self._bus.event(delivery.event_id)
        try:
            if event is None:
                raise InputError("expected an event that is kept, found it removed")
            request = Request(
                app=app,
                input=given(event, by),
                tenant=event.tenant,
                subject=await self._subject(event),
                request_id=f"on:{by.name}:{delivery.generation}:{event.event_id}",
                cause=cause_of(event, by, delivery.generation),
            )
            run = await self._begin(request)
        except (InputError, ExpressionError) as error:
            return undelivered(delivery, str(error), self._clock.now())
        return replace(self._moved(delivery, DeliveryState.BEGUN), run=run)

    async def _subject(self, event: BusEvent) -> str | None:
        """Return whom the event is about: who reacts to it is about the same person. Raises InputError."""
        if not event.is_personal or event.run is None:
            return None
        try:
            subject = (await self._store.head(event.run)).subject
        except RunNotFound:
            subject = None
        if subject is None:
            raise InputError("expected to know whom the event is about, found the run gone that published it")
        return subject

    async def _is_over(self, by: Subscription, head: Head | None) -> bool:
        """Whether a reaction holds its key no longer: it is over, and has not failed, or somebody let it be."""
        if head is None or not head.is_over:
            return head is None
        if by.on_dead is OnDead.SKIP or head.status not in DEAD:
            return True
        return head.erased_at is not None or dropped(head.version, await self._store.inbox(head.run)) is not None

    async def _head(self, delivery: Delivery) -> Head | None:
        try:
            return None if delivery.run is None else await self._store.head(delivery.run)
        except RunNotFound:
            return None

    async def _kept(self, by: Subscription, state: DeliveryState) -> Sequence[Delivery]:
        which = DeliveryFilter(subscription=by.name, states=(state,), count_max=by.waiting_max)
        return await self._bus.deliveries(which)

    def _moved(self, delivery: Delivery, state: DeliveryState) -> Delivery:
        return replace(delivery, state=state, at=self._clock.now())
