"""The port over a memory disk: closed or open, and the points at which a test may interfere.

Writes take effect at once and give the loop one turn before they answer, so callers meet the same interleavings, and
the same unknown outcome when they are cancelled, as with a store that waits for a disk.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from holdfast.journal.leases import Lease, LeaseHeld
from holdfast.journal.ledger import Charged
from holdfast.journal.port import (
    Claim,
    Commit,
    CommitResult,
    Delivered,
    Head,
    Held,
    Latest,
    Letter,
    Recorded,
    RunFilter,
)
from holdfast.journal.shared import SharedValue
from holdfast.journal.stores.leasing import check_lease
from holdfast.journal.stores.memory import emptying, removing
from holdfast.journal.stores.memory.bus_port import MemoryBus
from holdfast.journal.stores.memory.disk import MemoryDisk
from holdfast.journal.stores.rules import KEY_BYTES, check, check_claim, check_new
from holdfast.journal.upkeep import Archive, Compacted, Progress, Removed
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import JournalError, StoreClosed
from holdfast.kernel.faults import Point, Reach, pass_by
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.kernel.randomness import Randomness, SystemRandomness

T = TypeVar("T")
_SYSTEM = SystemRandomness()


class MemoryStore:
    """Keeps the journal's whole contract in dicts. See ``journal.port.Store``.

    Opening a store on a disk ends the store before, as the death of its process would.
    """

    def __init__(
        self,
        clock: Clock,
        disk: MemoryDisk | None = None,
        *,
        randomness: Randomness = _SYSTEM,
        on_point: Reach = pass_by,
    ) -> None:
        self._clock = clock
        self._disk = MemoryDisk() if disk is None else disk
        self._randomness = randomness
        self._reach = on_point
        self.bus = MemoryBus(self._own_disk, self._transact, clock)

    async def open(self) -> None:
        """Take the disk over: the leases of drivers before are void, their runs due at once."""
        self._disk.owner = self
        self._disk.void_leases(self._clock.now())

    async def close(self) -> None:
        """Let go of the disk."""
        if self._disk.owner is self:
            self._disk.owner = None

    def change_counter(self) -> int:
        """Return a number that differs whenever anyone has written since the last call."""
        return self._own_disk().writes

    async def commit(self, commit: Commit) -> CommitResult:
        """Write one transaction, or say why nothing was written. See ``Journal.commit``."""
        check(commit)
        return await self._transact(partial(self._disk.commit, commit, self._clock.now()))

    async def claim(self, run: RunId, worker: str, lease_seconds: float) -> Claim | Held:
        """Take the right to drive ``run``. See ``Journal.claim``."""
        check_claim(worker, lease_seconds)
        return await self._transact(partial(self._disk.claim, run, worker, lease_seconds, self._clock.now()))

    async def post(self, letters: Sequence[Letter]) -> None:
        """Put letters into inboxes and make their runs due. See ``Journal.post``."""
        await self._transact(partial(self._disk.post, letters, self._clock.now()))

    async def tenant_key(self, tenant: str) -> bytes:
        """Return the tenant's key, made at first use."""
        fresh = self._randomness.bytes(KEY_BYTES)
        return await self._transact(partial(self._disk.tenant_key, tenant, fresh))

    async def read(self, run: RunId, after: int = 0, count_max: int | None = None) -> Sequence[Recorded]:
        """Return the run's events above ``after``. See ``Journal.read``."""
        events = self._own_disk().get(run).events[max(0, after) :]
        return tuple(events if count_max is None else events[: max(0, count_max)])

    async def latest(self, run: RunId) -> Latest:
        """Return the newest snapshot and the events after it. See ``Snapshots.latest``."""
        kept = self._own_disk().get(run)
        return Latest(kept.snapshot, tuple(kept.events[kept.snapshot.version if kept.snapshot else 0 :]))

    async def payloads(self, run: RunId, ids: Sequence[PayloadId]) -> dict[PayloadId, bytes]:
        """Return those payloads of the run that it has. See ``Journal.payloads``."""
        kept = self._own_disk().find(run)
        return {wanted: kept.payloads[wanted] for wanted in ids if wanted in kept.payloads} if kept else {}

    async def archive(self, run: RunId) -> Archive:
        """Return all that is held of ``run``. See ``Archives.archive``."""
        return self._own_disk().archive(run)

    async def restore(self, archive: Archive) -> bool:
        """Take a run in; False if exactly that is here already. See ``Archives.restore``."""
        check_new(archive.new)
        return await self._transact(partial(self._disk.restore, archive))

    async def backup(self, path: Path, progress: Progress) -> None:
        """Refuse: there is no file to copy."""
        raise JournalError("expected a store in a file, found one in memory: there is nothing to back up")

    async def ended(self, before: float, count_max: int) -> Sequence[RunId]:
        """Return runs that were over before that instant, oldest first. See ``Retention.ended``."""
        return removing.ended(self._own_disk(), before, count_max)

    async def weigh(self, runs: Sequence[RunId]) -> Removed:
        """Return what ``remove`` would take out."""
        return removing.weigh(self._own_disk(), runs)

    async def remove(self, runs: Sequence[RunId]) -> Removed:
        """Remove those of ``runs`` that are over. See ``Retention.remove``."""
        return await self._transact(partial(removing.remove, self._disk, runs))

    async def trim(self, runs: Sequence[RunId]) -> Removed:
        """Remove payloads that no event points at. See ``Retention.trim``."""
        return await self._transact(partial(removing.trim, self._disk, runs))

    async def discard(self, run: RunId, payloads: Sequence[PayloadId]) -> Removed:
        """Remove those payloads of ``run`` if it is over. See ``Emptying.discard``."""
        return await self._transact(partial(emptying.discard, self._disk, run, payloads))

    async def empty(self, runs: Sequence[RunId], ended_as: str) -> Removed:
        """Take out all that ``runs`` hold. See ``Emptying.empty``."""
        return await self._transact(partial(emptying.empty, self._disk, runs, ended_as, self._clock.now()))

    async def compact(self) -> Compacted:
        """Have nothing to give back: what was removed is gone."""
        return Compacted(0, 0, is_whole=True)

    async def head(self, run: RunId) -> Head:
        """Return what is known of ``run``. Raises RunNotFound."""
        return self._own_disk().head(run)

    async def runs(self, which: RunFilter) -> Sequence[Head]:
        """Return the runs that match, the one begun last first. Raises RunNotFound for an unknown ``before``."""
        heads = list(self._own_disk().heads())
        if which.before is not None:
            heads = heads[heads.index(self._disk.head(which.before)) + 1 :]
        return tuple(head for head in heads if _matches(which, head))[: max(0, which.count_max)]

    async def due(self, now: float, count_max: int) -> Sequence[Head]:
        """Return undriven runs that want driving at ``now``, those that wait longest first."""
        due = [head for instant, head in self._waiting() if instant <= now]
        return tuple(sorted(due, key=lambda head: head.wake_at or 0.0)[: max(0, count_max)])

    async def inbox(self, run: RunId, after: int = 0) -> Sequence[Delivered]:
        """Return the letters above position ``after``, oldest first."""
        inbox = self._own_disk().inboxes.get(run, {})
        return tuple(letter for letter in inbox.values() if letter.position > after)

    async def next_wake(self) -> float | None:
        """Return when ``due`` has something next: a lease that runs out counts. None: nothing waits."""
        return min((instant for instant, _ in self._waiting()), default=None)

    async def charged(self, first_day: int, last_day: int) -> Sequence[Charged]:
        """Return what was charged in those days, by tenant and app. See ``Ledger.charged``."""
        return self._own_disk().books.charged(first_day, last_day)

    async def shared(self, tenant: str, app: str, names: Sequence[str] | None = None) -> Sequence[SharedValue]:
        """Return what was ever written under those names. See ``SharedStore.shared``."""
        return self._own_disk().desk.read(tenant, app, names)

    async def lease(self, tenant: str, name: str, owner: str, seconds: float) -> Lease | LeaseHeld:
        """Take the lease, or say who has it. See ``LeaseStore.lease``."""
        check_lease(name, owner, seconds)
        wanted = Lease(tenant, name, owner, 0, 0.0)
        return await self._transact(partial(self._disk.desk.lease, wanted, seconds, self._clock.now()))

    async def renew_lease(self, lease: Lease, seconds: float) -> Lease | None:
        """Return the lease for as long again, if it still is. See ``LeaseStore.renew_lease``."""
        return await self._transact(partial(self._disk.desk.renew, lease, seconds, self._clock.now()))

    async def release_lease(self, lease: Lease) -> None:
        """Give it back."""
        await self._transact(partial(self._disk.desk.release, lease))

    def _own_disk(self) -> MemoryDisk:
        if self._disk.owner is not self:
            raise StoreClosed("this memory store is closed, or another took its disk over: open a new one")
        return self._disk

    async def _transact(self, work: Callable[[], T]) -> T:
        disk = self._own_disk()
        self._reach(Point.MEMORY_BEFORE_COMMIT)
        answer = work()
        disk.writes += 1
        self._reach(Point.MEMORY_AFTER_COMMIT)
        await asyncio.sleep(0)
        return answer

    def _waiting(self) -> Iterator[tuple[float, Head]]:
        """Every run that waits, from the one begun first, with the instant from which it is due."""
        for head in reversed(list(self._own_disk().heads())):
            if head.wake_at is not None:
                yield max(head.wake_at, head.lease_until), head


def _matches(which: RunFilter, head: Head) -> bool:
    return (
        which.app in (None, head.app)
        and (not which.statuses or head.status in which.statuses)
        and which.parent in (None, head.parent)
        and which.seal in (None, head.seal)
        and which.origin in (None, head.origin)
        and which.request in (None, (head.tenant, head.request_id))
    )
