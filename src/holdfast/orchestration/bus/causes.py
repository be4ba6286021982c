"""What caused what: the tree of events and of the runs that reacted to them, from the store alone.

A run reacts to an event because a subscription has had it begun, or because it waited for the event. What it publishes
afterwards is caused by that event; so is what its child runs publish.
"""

from collections.abc import Sequence

import msgspec

from holdfast.journal.bus import BusEvent, Delivery, DeliveryFilter, DeliveryState, EventFilter
from holdfast.journal.fold.state import RunState
from holdfast.journal.port import Store
from holdfast.journal.snapshots import current
from holdfast.kernel.errors import JournalError
from holdfast.kernel.ids import RunId

THINGS_MAX = 1_000
"""How many events and runs one trace holds; what lies beyond is left out, and said to be."""
CLIMB_MAX = 100
"""How many causes are gone back to the beginning."""
BELOW_MAX = 500
"""How many events are read of one cause or of one run."""


class Consequence(msgspec.Struct, frozen=True, kw_only=True):
    """An event, or a run, with what followed on it."""

    event: BusEvent | None = None
    """Set if it is an event."""
    run: RunId | None = None
    """Set if it is a run, or was one that is gone."""
    via: str = ""
    """By what a run came to react: ``subscription NAME``, ``wait at NODE``; empty for one that was begun otherwise."""
    app: str = ""
    status: str = ""
    tokens: int = 0
    usd: float | None = None
    undelivered: tuple[str, ...] = ()
    """Why nobody reacts to the event, by subscription."""
    followed_by: "tuple[Consequence, ...]" = ()
    is_cut: bool = False
    """Something that followed is left out."""


async def trace_of(store: Store, of: BusEvent | RunId) -> Consequence:
    """Return the tree that ``of`` belongs to, from its beginning. Raises RunNotFound for a run that there is not."""
    tracing = _Tracing(store)
    first = await tracing.beginning(of)
    return await tracing.event(first) if isinstance(first, BusEvent) else await tracing.beginner(first)


class _Tracing:
    """One look at what followed on what."""

    def __init__(self, store: Store) -> None:
        self._store, self._bus = store, store.bus
        self._left = THINGS_MAX
        self._met: set[str] = set()

    async def beginning(self, of: BusEvent | RunId) -> BusEvent | RunId:
        """Return the event that nothing has caused, or the run that published it."""
        at = of if isinstance(of, BusEvent) else await self._cause_of(of)
        if at is None:
            return of
        for _ in range(CLIMB_MAX):
            before = None if at.caused_by is None else await self._bus.event(at.caused_by)
            if before is None:
                break
            at = before
        return at if at.run is None or at.caused_by is not None else at.run

    async def _cause_of(self, run: RunId) -> BusEvent | None:
        caused_by = (await current(self._store, run)).state.caused_by
        return None if caused_by is None else await self._bus.event(caused_by)

    async def beginner(self, run: RunId) -> Consequence:
        """Return a run that no event has caused, with what it published."""
        published = await self._bus.events(EventFilter(run=run, count_max=BELOW_MAX))
        uncaused = [event for event in published if event.caused_by is None]
        return await self._of_run(run, "", uncaused)

    async def event(self, event: BusEvent) -> Consequence:
        """Return ``event`` with who reacted to it, and what they published then."""
        caused = await self._bus.events(EventFilter(caused_by=event.event_id, count_max=BELOW_MAX))
        deliveries = await self._bus.deliveries(DeliveryFilter(event_id=event.event_id))
        reactions = {each.run: _via(each) for each in deliveries if each.run is not None}
        for met in await self._bus.met_by(event.event_id):
            reactions.setdefault(met.run, f"wait {met.number}")
        below: list[Consequence] = []
        for run in dict.fromkeys((*reactions, *(each.run for each in caused if each.run is not None))):
            if not self._has_room(run, event):
                break
            own = [each for each in caused if each.run == run]
            below.append(await self._of_run(run, reactions.get(run, "child run"), own))
        refused = (each for each in deliveries if each.state is DeliveryState.UNDELIVERED)
        return Consequence(
            event=event,
            undelivered=tuple(f"{each.subscription}: {each.reason}" for each in refused),
            followed_by=tuple(below),
            is_cut=self._left <= 0,
        )

    async def _of_run(self, run: RunId, via: str, published: Sequence[BusEvent]) -> Consequence:
        below = [await self.event(event) for event in published if self._has_room(event.event_id)]
        state = await self._state(run)
        return Consequence(
            run=run,
            via=via,
            app="" if state is None else state.app,
            status="" if state is None else state.status,
            tokens=0 if state is None else state.spend.tokens,
            usd=None if state is None else state.spend.usd,
            followed_by=tuple(below),
            is_cut=self._left <= 0,
        )

    def _has_room(self, *names: object) -> bool:
        """Whether there is room for one thing more that was not met before."""
        name = "/".join(map(str, names))
        if self._left <= 0 or name in self._met:
            return False
        self._met.add(name)
        self._left -= 1
        return True

    async def _state(self, run: RunId) -> RunState | None:
        """Return the run's state, None if its journal is gone or cannot be read."""
        try:
            return (await current(self._store, run)).state
        except JournalError:
            return None


def _via(delivery: Delivery) -> str:
    again = f", generation {delivery.generation}" if delivery.generation > 1 else ""
    return f"subscription {delivery.subscription}{again}"
