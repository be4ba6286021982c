"""Drives the runs of one store in this process: one driver for each drive, stopped or parked from outside."""

import asyncio
from collections.abc import Callable, Collection
from typing import NamedTuple

from holdfast.dispatch.port import Lane
from holdfast.execution.loop import Rest, Rested
from holdfast.integration.gateway.routing.caller import Caller
from holdfast.journal.port import Head, Held
from holdfast.kernel.ids import RunId
from holdfast.orchestration.driving.driver import LEASE_SECONDS, Driver, Surroundings
from holdfast.orchestration.driving.equipment import Equipment

RENEWALS_IN_A_LEASE = 3


class _Parking(NamedTuple):
    """A wish that runs be let go of, also those whose drive is only beginning."""

    reason: str
    runs: Collection[RunId] | None

    def includes(self, run: RunId) -> bool:
        return self.runs is None or run in self.runs


class Worker:
    """What a dispatcher calls to have a run driven. ``asked`` are the runs somebody in this process waits for."""

    def __init__(self, around: Surroundings, equip: Callable[[str], Equipment]) -> None:
        """``equip`` gives what the runs of the app of a name work with; it raises DefinitionError if there is none."""
        self.asked: set[RunId] = set()
        self._around, self._equip = around, equip
        self._drivers: dict[RunId, Driver] = {}
        self._under_way: set[RunId] = set()
        self._one_rests = asyncio.Event()
        self._parkings: list[_Parking] = []
        self._is_closing = False

    async def drive(self, run: RunId) -> float | None:
        """Drive ``run`` until it rests, and return when to drive it again, or None. See ``dispatch.port.Drive``."""
        self._under_way.add(run)
        try:
            driver = await self._driver_of(run)
            rested = None if driver is None else await driver.drive()
            match rested:
                case None:
                    self.asked.discard(run)
                case Rested(Rest.OVER) if driver is not None:
                    self.asked.discard(run)
                    self._around.live.rest(run, driver.ended, driver.payloads)
                case Held(lease_until=again_at) | Rested(Rest.WAITING, again_at):
                    return again_at
                case _:
                    pass
            return None
        finally:
            self._drivers.pop(run, None)
            self._under_way.discard(run)
            self._one_rests.set()
            self._around.live.rest(run)

    def mail_came(self, run: RunId) -> None:
        """Say that the inbox of ``run`` may hold something new."""
        if driver := self._drivers.get(run):
            driver.mail_came()

    def mail_came_to_any(self) -> None:
        """Say that any inbox may hold something new."""
        for driver in self._drivers.values():
            driver.mail_came()

    async def keep_leases(self) -> None:
        """Renew the leases of all drivers, for as long as any may be at work: one timer serves them all."""
        while True:
            await self._around.clock.sleep(LEASE_SECONDS / RENEWALS_IN_A_LEASE)
            for driver in self._drivers.values():
                driver.renew()

    async def park(self, reason: str, runs: Collection[RunId] | None = None) -> None:
        """Let go of ``runs``, or of all; return once they rest. Each waits until somebody resumes it."""
        parking = _Parking(reason, runs)
        self._parkings.append(parking)
        try:
            for run, driver in self._drivers.items():
                if parking.includes(run):
                    driver.stop(reason)
            while self._under_way if runs is None else self._under_way & set(runs):
                self._one_rests.clear()
                await self._one_rests.wait()
        finally:
            self._parkings.remove(parking)

    def close(self) -> None:
        """Begin nothing more, and have every driver let go of its run: it goes on with the next driver."""
        self._is_closing = True
        for driver in self._drivers.values():
            driver.stop()

    async def _driver_of(self, run: RunId) -> Driver | None:
        """Return a driver for ``run``; None if it is not to be driven."""
        begun = self._around.beginnings.take(run)
        if begun is not None:
            app, caller = begun.state.app, Caller(tenant=begun.state.tenant)
        else:
            head = await self._around.store.head(run)
            if head.is_over or head.is_parked:
                return None
            app, caller = head.app, _caller(head)
        if self._is_closing:
            return None
        driver = self._drivers[run] = Driver(self._equip(app), run, self._around, caller, begun)
        for parking in self._parkings:
            if parking.includes(run):
                driver.stop(parking.reason)
        return driver


def _caller(head: Head) -> Caller:
    """Return what models are told of a run: whoever has begun before goes before those who begin."""
    lane = Lane.RESUMED if head.epoch else Lane.INTERACTIVE
    return Caller(tenant=head.tenant, lane=lane, may_keep=head.seal is None)
