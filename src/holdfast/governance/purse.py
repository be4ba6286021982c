"""The ledger at work in a process: loaded from the store, told of each run that is driven, asked before each call."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import msgspec

from holdfast.governance.allowance import Allowance
from holdfast.governance.ledger import Busy, Ledger, Spent, told
from holdfast.governance.tally import Tally
from holdfast.journal import ledger as journal
from holdfast.journal.fold.state import RunState
from holdfast.kernel.charges import nano
from holdfast.kernel.clock import Clock
from holdfast.kernel.ids import RunId

LOOK_AGAIN_SECONDS = 60.0
"""How long a call waits for what others hold before it asks again by itself: a new period may have begun."""


class AllowanceLow(msgspec.Struct, frozen=True):
    """An allowance is nearly spent."""

    owner: str
    spent_share: float
    told: str
    renews_at: float | None


OnAlert = Callable[[AllowanceLow], None]
"""Told once a period of each allowance that is nearly spent. What it raises is nobody's trouble."""


class Purses:
    """The allowances of a process. One process drives a store, so what it counts in memory is all that is reserved."""

    def __init__(self, allowances: Sequence[Allowance], clock: Clock, on_alert: OnAlert) -> None:
        self._ledger, self._clock, self._on_alert = Ledger(allowances), clock, on_alert
        self._freed = asyncio.Event()
        self._is_loaded = False

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """What is allowed."""
        return self._ledger.allowances

    async def load(self, store: journal.Ledger) -> None:
        """Begin with what the store says was charged. From now on every run that is driven has a purse."""
        if self._ledger.allowances:
            await _load(self._ledger, store, self._clock.now())
            self._alert()
        self._is_loaded = True

    def open(self, state: RunState) -> "Purse":
        """Return what the run is paid from while it is driven; ``state`` is durable."""
        if self._ledger.allowances:
            run, version = state.run, state.version
            self._ledger.opened(run, state.tenant, state.app, state.charges, version, self._clock.now())
        return Purse(self, state)

    async def spent(self, tenant: str, app: str, store: journal.Ledger) -> Spent | None:
        """Return the allowance that forbids that another run of that tenant and app begins; None if none does."""
        if not self._ledger.allowances:
            return None
        ledger, now = self._ledger, self._clock.now()
        if not self._is_loaded:  # another process drives, and counts
            ledger = Ledger(ledger.allowances)
            await _load(ledger, store, now)
        return ledger.spent(tenant, app, now)

    def changed(self, state: RunState, durable: int) -> None:
        """Count what a run that is driven has come to."""
        if not state.awaited:
            self._ledger.waits_no_more(state.run)
        self._ledger.changed(state.run, state.charges, state.version, durable, self._clock.now())
        self._tell()

    def closed(self, run: RunId) -> None:
        """Count what a run that is driven no more may come to as spent."""
        if self._ledger.allowances:
            self._ledger.closed(run, self._clock.now())
            self._tell()

    def ask(self, run: RunId, tenant: str, app: str, tokens: int, usd: float | None) -> Spent | Busy | None:
        """Return why a call that may come to so much has no room, None if it has."""
        if not self._ledger.allowances:
            return None
        nano_usd = None if usd is None else nano(usd)
        return self._ledger.ask(run, tenant, app, tokens, nano_usd, self._clock.now())

    async def freed(self) -> None:
        """Return once something may have been freed."""
        with contextlib.suppress(TimeoutError):
            async with self._clock.timeout(LOOK_AGAIN_SECONDS):
                await self._freed.wait()

    def _tell(self) -> None:
        freed, self._freed = self._freed, asyncio.Event()
        freed.set()
        self._alert()

    def _alert(self) -> None:
        """Tell of what is nearly spent, out of the way: whatever the listener raises stops nothing."""
        for tally in self._ledger.alerts():
            asyncio.get_running_loop().call_soon(self._on_alert, _alert_of(tally))


class Purse:
    """What one run is paid from under one claim."""

    __slots__ = ("_app", "_purses", "_run", "_tenant")

    def __init__(self, purses: Purses, state: RunState) -> None:
        # Not the state itself, an old one soon: it would be kept for as long as the run is driven.
        self._purses, self._run, self._tenant, self._app = purses, state.run, state.tenant, state.app

    @property
    def watch(self) -> Callable[[RunState, int], None] | None:
        """What counts what the run has come to; None where nothing is allotted."""
        return self._purses.changed if self._purses.allowances else None

    def ask(self, tokens: int, usd: float | None) -> Spent | Busy | None:
        """Return why a call that may come to so much has no room, None if it has: until anything else is awaited."""
        return self._purses.ask(self._run, self._tenant, self._app, tokens, usd)

    async def freed(self) -> None:
        """Return once something may have been freed."""
        await self._purses.freed()

    def close(self) -> None:
        """Count what the run may come to as spent, until it is driven again."""
        self._purses.closed(self._run)


async def _load(ledger: Ledger, store: journal.Ledger, now: float) -> None:
    ledger.load({span: await store.charged(*span) for span in ledger.spans(now)}, now)


def _alert_of(tally: Tally) -> AllowanceLow:
    return AllowanceLow(tally.owner, tally.spent_share(), told(tally), tally.span.renews_at)
