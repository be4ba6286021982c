"""Leases as a tool's author takes them: held for the length of a block, renewed by themselves, with a fencing token."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from holdfast.integration.tools.contract import OutcomeUnknown, ToolFailure
from holdfast.journal.leases import Lease, LeaseHeld, LeaseStore
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import JournalError

LEASE_SECONDS = 30.0
RENEWALS_A_LEASE = 3
"""How often it is renewed in the time it lasts: two that fail lose nothing."""
ASK_SECONDS = 0.25
"""How long a call that waits for a lease waits between looks."""


class LeaseLost(OutcomeUnknown):
    """The lease went to somebody else while the block ran: what was sent under its token may have been refused."""


class Held:
    """A lease that is held. ``token`` grows with each that is given: hand it to the resource, which refuses older
    ones."""

    __slots__ = ("lease",)

    def __init__(self, lease: Lease) -> None:
        self.lease = lease

    @property
    def token(self) -> int:
        """The fencing token."""
        return self.lease.token


class Leases:
    """Leases on resources outside, by name, one holder at a time in all of a tenant: ``Provided[Leases]``."""

    __slots__ = ("_clock", "_owner", "_store", "_tenant")

    def __init__(self, store: LeaseStore, clock: Clock, tenant: str, owner: str) -> None:
        self._store, self._clock, self._tenant, self._owner = store, clock, tenant, owner

    @asynccontextmanager
    async def hold(
        self, name: str, *, seconds: float = LEASE_SECONDS, wait_seconds: float = 0.0
    ) -> AsyncIterator[Held]:
        """Hold the lease on ``name`` for as long as the block runs; after a crash it is free after ``seconds``.

        Raises ToolFailure, before anything is sent, if it is not free within ``wait_seconds``; LeaseLost from the block
        if it was lost, which cancels what the block is at.
        """
        held = Held(await self._taken(name, seconds, wait_seconds))
        block = asyncio.current_task()
        assert block is not None, "a tool is called in a task"
        lost: list[JournalError | None] = []
        renewing = asyncio.create_task(self._keep(held, seconds, block, lost))
        try:
            yield held
        except asyncio.CancelledError:
            if lost and block.uncancel() == 0:
                raise self._told(held) from lost[0]
            raise
        finally:
            renewing.cancel()
            await asyncio.wait((renewing,))
            with contextlib.suppress(JournalError):  # it runs out by itself
                await self._store.release_lease(held.lease)

    async def _taken(self, name: str, seconds: float, wait_seconds: float) -> Lease:
        until = self._clock.now() + wait_seconds
        while True:
            answer = await self._store.lease(self._tenant, name, self._owner, seconds)
            if isinstance(answer, Lease):
                return answer
            left = until - self._clock.now()
            if left <= 0:
                raise _taken_told(name, answer)
            await self._clock.sleep(min(left, ASK_SECONDS))

    async def _keep(
        self, held: Held, seconds: float, block: "asyncio.Task[object]", lost: list[JournalError | None]
    ) -> None:
        """Renew until cancelled; cancel the block once the lease is somebody else's, or cannot be renewed in time."""
        while True:
            await self._clock.sleep(seconds / RENEWALS_A_LEASE)
            failure: JournalError | None = None
            try:
                renewed = await self._store.renew_lease(held.lease, seconds)
            except JournalError as error:
                renewed, failure = None, error
            if renewed is not None:
                held.lease = renewed
            elif failure is None or self._clock.now() + seconds / RENEWALS_A_LEASE >= held.lease.until:
                lost.append(failure)
                block.cancel()
                return

    def _told(self, held: Held) -> LeaseLost:
        return LeaseLost(f"the lease on {held.lease.name} (token {held.token}) was lost while it was used")


def _taken_told(name: str, answer: LeaseHeld) -> ToolFailure:
    return ToolFailure(f"expected the lease on {name} to be free, found that {answer.owner} has it", retryable=True)
