"""An event loop whose time is virtual and whose order follows from a seed.

Whatever is ready runs in an order drawn from the seed; when nothing is, time leaps to what comes next. Every task
belongs to a *process*, kept in its context: a frozen process does not run until it thaws, a dead one never again.

It overrides ``_run_once`` and reads ``_ready``, ``_scheduled`` and ``Handle._context``, which are asyncio's own affair:
a test pins them for each version of Python.
"""

import asyncio
import heapq
import random
from collections import deque
from contextvars import ContextVar

PROCESS: ContextVar[str] = ContextVar("process", default="")
"""The process that the running code belongs to; empty for the simulation itself."""

STEPS_MAX = 2_000_000
"""How much may happen in one simulation: one that needs more goes round in circles."""


class NothingLeft(Exception):
    """Nothing is ready and nothing will ever be."""


class GoesInCircles(Exception):
    """More has happened than ever should."""


class SimLoop(asyncio.SelectorEventLoop):
    """Runs one callback at a time, drawn from the seed."""

    _ready: "deque[asyncio.Handle]"
    _scheduled: list[asyncio.TimerHandle]

    def __init__(self, seed: int, steps_max: int = STEPS_MAX) -> None:
        super().__init__()
        self.steps = 0
        self._steps_max = steps_max
        self._random = random.Random(seed)
        self._now = 0.0
        self._frozen: dict[str, float] = {}
        self._ice: dict[str, list[asyncio.Handle]] = {}
        self._dead: set[str] = set()
        self._graves: list[asyncio.Handle] = []

    def time(self) -> float:
        """Return the seconds that have passed in the simulation."""
        return self._now

    def freeze(self, process: str, until: float) -> None:
        """Run nothing of ``process`` before ``until``."""
        self._frozen[process] = max(until, self._frozen.get(process, until))

    def kill(self, process: str) -> None:
        """Run nothing of ``process`` ever again: no handler, no ``finally``."""
        self._dead.add(process)
        self._graves.extend(self._ice.pop(process, ()))
        self._frozen.pop(process, None)

    def raise_the_dead(self) -> None:
        """Let everything run again, so that it can be cancelled and cleared away."""
        self._dead.clear()
        self._frozen.clear()
        self._ready.extend(self._graves)
        self._ready.extend(handle for held in self._ice.values() for handle in held)
        self._graves, self._ice = [], {}

    def _run_once(self) -> None:
        self.steps += 1
        if self.steps > self._steps_max:
            raise GoesInCircles(f"{self._steps_max} steps were taken in {self._now:g} seconds")
        if not self._ready:
            self._leap()
        self._ring()
        if self._ready:
            self._ready.rotate(-self._random.randrange(len(self._ready)))
            self._step(self._ready.popleft())

    def _step(self, handle: asyncio.Handle) -> None:
        if handle.cancelled():
            return
        process = handle._context.get(PROCESS, "")  # type: ignore[attr-defined]  # noqa: SLF001  # pinned by a test
        if process in self._dead:
            self._graves.append(handle)
        elif process in self._frozen:
            self._ice.setdefault(process, []).append(handle)
        else:
            handle._run()  # noqa: SLF001

    def _leap(self) -> None:
        while self._scheduled and self._scheduled[0].cancelled():
            heapq.heappop(self._scheduled)._scheduled = False  # type: ignore[attr-defined]  # noqa: SLF001
        instants = [*self._frozen.values(), *(timer.when() for timer in self._scheduled[:1])]
        if not instants:
            if self._stopping:  # type: ignore[attr-defined]
                return
            raise NothingLeft(f"after {self._now:g} seconds nothing is ready and nothing will be")
        self._now = max(self._now, min(instants))

    def _ring(self) -> None:
        """Make ready what is due, and let thaw who is."""
        while self._scheduled and self._scheduled[0].when() <= self._now + self._clock_resolution:  # type: ignore[attr-defined]
            timer = heapq.heappop(self._scheduled)
            timer._scheduled = False  # type: ignore[attr-defined]  # noqa: SLF001
            if not timer.cancelled():
                self._ready.append(timer)
        for process in [each for each, until in self._frozen.items() if until <= self._now]:
            del self._frozen[process]
            self._ready.extend(self._ice.pop(process, ()))
