"""How many runs are taken on before some are driven: beyond that new ones are refused, while the old ones finish.

A run waits from the moment it begins until somebody takes it up. They are counted in memory, so a start costs no
question to the store; only at the limit, and once in ``RECOUNT_SECONDS`` at the most, the store is asked who waits.
"""

from collections.abc import Awaitable, Callable

from holdfast.journal.port import RunIndex
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import InputError, Overloaded
from holdfast.kernel.ids import RunId

RUNS_WAITING_MAX = 10_000
RECOUNT_SECONDS = 1.0


class Door:
    """Lets runs begin for as long as fewer than ``runs_waiting_max`` wait to be driven. Parked runs wait for nobody."""

    def __init__(self, index: RunIndex, clock: Clock, runs_waiting_max: int = RUNS_WAITING_MAX) -> None:
        """Raises InputError for a limit below 1."""
        if runs_waiting_max < 1:
            raise InputError(f"expected runs_waiting_max of at least 1, found {runs_waiting_max}")
        self._index, self._clock, self._runs_waiting_max = index, clock, runs_waiting_max
        self._waiting: set[RunId] = set()
        self._entering = 0
        self._counted_at = float("-inf")

    async def let_in(self, begin: Callable[[], Awaitable[RunId]]) -> RunId:
        """Have ``begin`` begin a run, and count it. Raises Overloaded if too many wait: then it is not called."""
        if self._is_full() and self._clock.now() >= self._counted_at + RECOUNT_SECONDS:
            await self._count_again()
        if self._is_full():
            raise self._overloaded()
        self._entering += 1
        try:
            run = await begin()
        finally:
            self._entering -= 1
        self._waiting.add(run)
        return run

    def taken_up(self, run: RunId) -> None:
        """Say that ``run`` is driven now, or need not be."""
        self._waiting.discard(run)

    def _is_full(self) -> bool:
        return len(self._waiting) + self._entering >= self._runs_waiting_max

    def _overloaded(self) -> Overloaded:
        return Overloaded(
            f"expected fewer than {self._runs_waiting_max} runs waiting to be driven, found "
            f"{len(self._waiting) + self._entering}: this one was not begun. Try again when some have been taken up, "
            "start more slowly, or raise runs_waiting_max"
        )

    async def _count_again(self) -> None:
        """Ask who waits: another process may drive what was begun here, and what it began may wait here."""
        self._counted_at = now = self._clock.now()
        before = set(self._waiting)
        due = await self._index.due(now, self._runs_waiting_max)
        begun_meanwhile = self._waiting - before  # which the answer may not know yet
        self._waiting = {head.run for head in due} | begun_meanwhile
