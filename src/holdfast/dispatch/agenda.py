"""Which run is driven next: queues by lane, timers, what is being driven. Knows no clock and no task.

The most urgent lane goes first, except that every ``LONGEST_WAIT_EVERY``-th turn goes to whoever waits longest in any
lane, so none is starved. Queue and timers are bounded; what finds no room is dropped, for a sweep will find it again.
"""

import heapq
import itertools

from holdfast.dispatch.port import Lane
from holdfast.kernel.ids import RunId

LONGEST_WAIT_EVERY = 4


class Agenda:
    """Runs that are queued, that have a timer, or that are being driven; a run is driven once at a time."""

    def __init__(self, runs_at_once_max: int, queue_max: int) -> None:
        self._runs_at_once_max = runs_at_once_max
        self._queue_max = queue_max
        self._tickets = itertools.count()
        self._turns = itertools.count(1)
        self._queues: dict[Lane, dict[RunId, int]] = {lane: {} for lane in Lane}
        self._driven: dict[RunId, Lane] = {}
        self._again: dict[RunId, Lane] = {}
        self._timers = _Timers(queue_max)

    @property
    def queued(self) -> int:
        """How many runs wait for their turn."""
        return sum(map(len, self._queues.values()))

    @property
    def room(self) -> int:
        """How many more may wait."""
        return self._queue_max - self.queued

    @property
    def known(self) -> set[RunId]:
        """The runs that are queued or being driven."""
        return set(self._driven).union(*self._queues.values())

    def knows(self, run: RunId) -> bool:
        """Whether ``run`` is queued or being driven."""
        return run in self._driven or self._lane_of(run) is not None

    def add(self, run: RunId, lane: Lane) -> None:
        """Queue ``run``, or have it driven again once its drive is over. Queued twice it keeps the more urgent lane."""
        if run in self._driven:
            self._again[run] = min(lane, self._again.get(run, lane))
            return
        queued_in = self._lane_of(run)
        if queued_in is not None:
            if queued_in <= lane:
                return
            del self._queues[queued_in][run]
        if self.room > 0:
            self._queues[lane][run] = next(self._tickets)

    def add_at(self, run: RunId, at: float, lane: Lane) -> None:
        """Queue ``run`` once ``ring`` is told of the instant ``at`` or a later one."""
        self._timers.put(run, at, lane)

    def ring(self, now: float) -> None:
        """Queue the runs whose timers are due at ``now``."""
        for run, lane in self._timers.due(now):
            self.add(run, lane)

    def next_ring(self) -> float | None:
        """Return the instant of the earliest timer, or None."""
        return self._timers.earliest()

    def take(self) -> RunId | None:
        """Return the run to drive now, driven until ``finished``; None when no run waits or no place is free."""
        waiting = [lane for lane, queue in self._queues.items() if queue]
        if not waiting or len(self._driven) >= self._runs_at_once_max:
            return None
        lane = waiting[0]
        if next(self._turns) % LONGEST_WAIT_EVERY == 0:
            lane = min(waiting, key=lambda each: next(iter(self._queues[each].values())))
        run = next(iter(self._queues[lane]))
        del self._queues[lane][run]
        self._timers.drop(run)
        self._driven[run] = lane
        return run

    def finished(self, run: RunId) -> Lane:
        """Note that a drive is over, queue the run if it was woken meanwhile, and return the lane it was driven in."""
        lane = self._driven.pop(run)
        if run in self._again:
            self.add(run, self._again.pop(run))
        return lane

    def _lane_of(self, run: RunId) -> Lane | None:
        return next((lane for lane, queue in self._queues.items() if run in queue), None)


class _Timers:
    """The earliest timer of each run. Replaced ones stay in the heap until they come up or outnumber the others."""

    def __init__(self, count_max: int) -> None:
        self._count_max = count_max
        self._heap: list[tuple[float, RunId]] = []
        self._set: dict[RunId, tuple[float, Lane]] = {}

    def put(self, run: RunId, at: float, lane: Lane) -> None:
        present = self._set.get(run)
        if present is None and len(self._set) >= self._count_max:
            return
        if present is not None and present[0] <= at:
            return
        self._set[run] = (at, lane)
        heapq.heappush(self._heap, (at, run))
        if len(self._heap) > 2 * self._count_max:
            self._heap = [(instant, each) for each, (instant, _) in self._set.items()]
            heapq.heapify(self._heap)

    def drop(self, run: RunId) -> None:
        self._set.pop(run, None)

    def due(self, now: float) -> list[tuple[RunId, Lane]]:
        due: list[tuple[RunId, Lane]] = []
        while (earliest := self.earliest()) is not None and earliest <= now:
            _, run = heapq.heappop(self._heap)
            due.append((run, self._set.pop(run)[1]))
        return due

    def earliest(self) -> float | None:
        while self._heap and self._set.get(self._heap[0][1], (None,))[0] != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None
