"""A stateful fake world for dispatchers: an index of runs that want driving, and the drive that serves them."""

import asyncio
from collections.abc import Sequence

import msgspec

from holdfast.journal.port import Delivered, Head, RunFilter
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import HoldfastError, RunNotFound
from holdfast.kernel.ids import RunId


class Served(msgspec.Struct, frozen=True):
    """One drive: ``instant`` is what the run was due for, None for a drive that found nothing to do."""

    run: RunId
    instant: float | None
    began_at: float
    ended_at: float


class RunsToDrive:
    """Runs that each want driving at instants of their own, one after the other; an index over them, and their drive.

    It serves the port ``RunIndex`` and is its own witness: what was driven, when, and how many at once.
    """

    def __init__(self, clock: Clock, *, tells_when: bool = True) -> None:
        self._clock = clock
        self._tells_when = tells_when
        self._runs: dict[RunId, _Run] = {}
        self._held: set[RunId] = set()
        self.index_errors: list[Exception] = []
        """What the next looks into the index raise, one each."""
        self.served: list[Served] = []
        self.cancelled: list[RunId] = []
        self.driven_twice_at_once: list[RunId] = []
        self.at_once_max = 0

    def add(self, name: str, *instants: float, seconds: float = 0.0, errors: Sequence[Exception] = ()) -> RunId:
        """Add a run that wants driving at ``instants``, takes ``seconds`` each time and raises ``errors`` at first."""
        run = RunId(name)
        self._runs[run] = _Run(sorted(instants), seconds, list(errors))
        return run

    def post(self, run: RunId) -> None:
        """Have ``run`` want driving now, as mail does."""
        self._runs[run].instants.insert(0, self._clock.now())

    def instants_served(self, run: RunId) -> list[float]:
        """Return what ``run`` was due for and has been driven for."""
        return [each.instant for each in self.served if each.run == run and each.instant is not None]

    def begun(self, run: RunId) -> list[float]:
        """Return when the drives of ``run`` that have ended began."""
        return [each.began_at for each in self.served if each.run == run]

    def driven_now(self) -> list[RunId]:
        """Return the runs whose drives are under way."""
        return sorted(self._held)

    async def drive(self, run: RunId) -> float | None:
        """Serve ``run`` for its earliest instant, if that has come."""
        if run in self._held:
            self.driven_twice_at_once.append(run)
            return None
        entry = self._known(run)
        began_at = self._clock.now()
        instant = entry.instants[0] if entry.instants and entry.instants[0] <= began_at else None
        self._held.add(run)
        self.at_once_max = max(self.at_once_max, len(self._held))
        try:
            if entry.errors:
                raise entry.errors.pop(0)
            await self._clock.sleep(entry.seconds)
        except asyncio.CancelledError:
            self.cancelled.append(run)
            raise
        finally:
            self._held.remove(run)
        if instant is not None:
            entry.instants.remove(instant)
        self.served.append(Served(run, instant, began_at, self._clock.now()))
        return entry.instants[0] if entry.instants and self._tells_when else None

    async def head(self, run: RunId) -> Head:
        entry = self._known(run)
        wake_at = entry.instants[0] if entry.instants else None
        return Head(
            run=run,
            tenant="",
            app="",
            title="",
            status="",
            is_over=not entry.instants,
            version=0,
            epoch=0,
            worker="a worker" if run in self._held else "",
            lease_until=0.0,
            wake_at=wake_at,
            request_id=None,
            parent=None,
            created_at=0.0,
            updated_at=0.0,
        )

    async def runs(self, which: RunFilter) -> Sequence[Head]:
        newest_first = sorted(self._runs, reverse=True)
        return [await self.head(run) for run in newest_first if which.before is None or run < which.before]

    async def due(self, now: float, count_max: int) -> Sequence[Head]:
        if self.index_errors:
            raise self.index_errors.pop(0)
        waiting = sorted((at, run) for run, at in self._wanted() if at <= now)
        return [await self.head(run) for _, run in waiting[:count_max]]

    async def inbox(self, run: RunId, after: int = 0) -> Sequence[Delivered]:
        return ()

    async def next_wake(self) -> float | None:
        return min((at for _, at in self._wanted()), default=None)

    def _wanted(self) -> list[tuple[RunId, float]]:
        return [
            (run, entry.instants[0]) for run, entry in self._runs.items() if entry.instants and run not in self._held
        ]

    def _known(self, run: RunId) -> "_Run":
        if run not in self._runs:
            raise RunNotFound(f"run {run} does not exist")
        return self._runs[run]


class Trouble:
    """Listens to a dispatcher's trouble and keeps it."""

    def __init__(self) -> None:
        self.reports: list[tuple[RunId | None, Exception]] = []

    def __call__(self, run: RunId | None, error: Exception) -> None:
        self.reports.append((run, error))

    @property
    def runs(self) -> list[RunId | None]:
        """The runs reported, in order."""
        return [run for run, _ in self.reports]


class PlayedFailure(HoldfastError):
    """A failure that a test plays."""


class _Run(msgspec.Struct):
    instants: list[float]
    seconds: float
    errors: list[Exception]
