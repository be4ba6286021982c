"""The journal in an SQLite file: what callers see of the writer, the readers and the drive lock."""

import asyncio
import os
import sqlite3
from collections.abc import Sequence
from functools import partial
from pathlib import Path

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
from holdfast.journal.stores.rules import KEY_BYTES, check, check_claim
from holdfast.journal.stores.sqlite import books, queries, shared
from holdfast.journal.stores.sqlite.batch import Batch
from holdfast.journal.stores.sqlite.bus import SqliteBus
from holdfast.journal.stores.sqlite.connection import Opener
from holdfast.journal.stores.sqlite.group import GroupCommit
from holdfast.journal.stores.sqlite.layout import open_tables
from holdfast.journal.stores.sqlite.lock import DriveLock
from holdfast.journal.stores.sqlite.reader import Reader
from holdfast.journal.stores.sqlite.upkeep import Upkeep
from holdfast.journal.stores.sqlite.writer import Writer
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import JournalError, StoreClosed, StoreLocked
from holdfast.kernel.faults import Reach, pass_by
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.kernel.randomness import Randomness, SystemRandomness

KEYS_KEPT_MAX = 1_000
"""Of how many tenants the key is kept at hand."""

_SYSTEM = SystemRandomness()


class SqliteStore(Upkeep):
    """Keeps the journal's whole contract in one file. See ``journal.port.Store``.

    One process drives the file, kept by a lock beside it; with ``drives=False`` any other process reads it, begins runs
    and posts. A store belongs to the process and the event loop that opened it. What is written is flushed to disk
    before it is acknowledged; when a write fails with JournalError, nothing of it was acknowledged to anybody.
    """

    def __init__(
        self,
        path: str | Path,
        clock: Clock,
        *,
        drives: bool = True,
        randomness: Randomness = _SYSTEM,
        on_point: Reach = pass_by,
        opener: Opener = sqlite3.connect,
    ) -> None:
        if str(path) in ("", ":memory:"):
            raise JournalError(f"{str(path)!r} is no file: an SQLite store needs a path, in memory use MemoryStore")
        self.path = Path(path).resolve()
        self._clock = clock
        self._drives = drives
        self._randomness = randomness
        self._reach, self._opener = on_point, opener
        self._lock = DriveLock(self.path)
        self._process = os.getpid()
        self._open: tuple[Writer, Reader] | None = None
        self._keys: dict[str, bytes] = {}

    @property
    def bus(self) -> SqliteBus:
        """The event bus."""
        writer, reader = self._parts()
        return SqliteBus(writer.submit, reader.ask)

    @property
    def drives(self) -> bool:
        """Whether this process may claim and drive runs."""
        return self._drives

    async def open(self) -> None:
        """Make ready for use, as driver under the lock: the leases of drivers before are void, their runs due at once.

        Raises StoreLocked when another process drives, JournalError when the file cannot be used.
        """
        if self._open is not None:
            raise JournalError(f"the store {self.path} is open already")
        try:
            if self._drives:
                self._lock.acquire(self._clock.now())
            now, lock = self._clock.now(), None if self._drives else self._lock
            connection = await asyncio.to_thread(
                open_tables, self.path, lock, now, reach=self._reach, opener=self._opener
            )
            commits = GroupCommit(self.path, connection, self._clock, self._reach)
            self._open = Writer(self.path, commits), Reader(self.path, self._opener)
            self._process = os.getpid()
            if self._drives:
                await self._writer.submit(Batch.void_leases)
        except BaseException:
            await self.close()
            raise

    async def become_driver(self) -> bool:
        """Start driving if nobody else does, and say whether this process drives now."""
        writer = self._writer
        if self._drives:
            return True
        try:
            self._lock.acquire(self._clock.now())
        except StoreLocked:
            return False
        try:
            await writer.submit(Batch.void_leases)
        except BaseException:
            self._lock.release()
            raise
        self._drives = True
        return True

    async def close(self) -> None:
        """Finish what was accepted and let go of every resource; calling it twice is harmless."""
        parts, self._open = self._open, None
        self._keys.clear()
        try:
            if parts is not None and os.getpid() == self._process:  # a forked child has no part in what it inherited
                writer, reader = parts
                await writer.close()
                await reader.close()
        finally:
            self._lock.release()

    def change_counter(self) -> int:
        """Return a number that differs whenever anyone, in whatever process, has written since the last call.

        Costs microseconds and reads no table; numbers of different stores do not compare.
        """
        return self._reader.change_counter()

    async def changes_of_others(self) -> int:
        """Return a number that differs whenever another process has written since the last call, or this one past its
        drivers, as erasing and restoring do.

        Takes part in a transaction where this process drives: ask only when ``change_counter`` has moved.
        """
        return await self._writer.submit(Batch.changes_of_others) if self._drives else self.change_counter()

    async def commit(self, commit: Commit) -> CommitResult:
        """Write one transaction and return once it is durable. See ``Journal.commit``."""
        check(commit)
        if not self._drives and commit.begins is None:
            raise self._not_driving(f"commit to run {commit.run}")
        return await self._writer.submit(partial(Batch.commit, commit=commit))

    async def claim(self, run: RunId, worker: str, lease_seconds: float) -> Claim | Held:
        """Take the right to drive ``run``. See ``Journal.claim``."""
        check_claim(worker, lease_seconds)
        if not self._drives:
            raise self._not_driving(f"claim run {run}")
        return await self._writer.submit(partial(Batch.claim, run=run, worker=worker, lease_seconds=lease_seconds))

    async def post(self, letters: Sequence[Letter]) -> None:
        """Put letters into inboxes and make their runs due. See ``Journal.post``."""
        await self._writer.submit(partial(Batch.post, letters=letters))

    async def tenant_key(self, tenant: str) -> bytes:
        """Return the tenant's key, made at first use: it is never another, so it is asked for once."""
        self._parts()
        fresh = self._randomness.bytes(KEY_BYTES)  # drawn even if not needed, as every store does
        if (known := self._keys.get(tenant)) is not None:
            return known
        key = await self._writer.submit(partial(Batch.tenant_key, tenant=tenant, fresh=fresh))
        if len(self._keys) < KEYS_KEPT_MAX:
            self._keys[tenant] = key
        return key

    async def read(self, run: RunId, after: int = 0, count_max: int | None = None) -> Sequence[Recorded]:
        """Return the run's events above ``after``. See ``Journal.read``."""
        return await self._reader.ask(partial(queries.read, run=run, after=after, count_max=count_max))

    async def latest(self, run: RunId) -> Latest:
        """Return the newest snapshot and the events after it. See ``Snapshots.latest``."""
        return await self._reader.ask_briefly(partial(queries.latest, run=run))

    async def payloads(self, run: RunId, ids: Sequence[PayloadId]) -> dict[PayloadId, bytes]:
        """Return those payloads of the run that it has. See ``Journal.payloads``."""
        return await self._reader.ask_briefly(partial(queries.payloads, run=run, ids=ids))

    async def head(self, run: RunId) -> Head:
        """Return what is known of ``run``. Raises RunNotFound."""
        return await self._reader.ask_briefly(partial(queries.head, run=run))

    async def runs(self, which: RunFilter) -> Sequence[Head]:
        """Return the runs that match, the one begun last first. Raises RunNotFound for an unknown ``before``."""
        return await self._reader.ask(partial(queries.runs, which=which))

    async def due(self, now: float, count_max: int) -> Sequence[Head]:
        """Return undriven runs that want driving at ``now``. See ``RunIndex.due``."""
        return await self._reader.ask(partial(queries.due, now=now, count_max=count_max))

    async def inbox(self, run: RunId, after: int = 0) -> Sequence[Delivered]:
        """Return the letters above position ``after``, oldest first."""
        return await self._reader.ask_briefly(partial(queries.inbox, run=run, after=after))

    async def next_wake(self) -> float | None:
        """Return when ``due`` has something next: a lease that runs out counts. None: nothing waits."""
        return await self._reader.ask(queries.next_wake)

    async def charged(self, first_day: int, last_day: int) -> Sequence[Charged]:
        """Return what was charged in those days, by tenant and app. See ``Ledger.charged``."""
        return await self._reader.ask(partial(books.charged, first_day=first_day, last_day=last_day))

    async def shared(self, tenant: str, app: str, names: Sequence[str] | None = None) -> Sequence[SharedValue]:
        """Return what was ever written under those names. See ``SharedStore.shared``."""
        return await self._reader.ask_briefly(partial(shared.read, tenant=tenant, app=app, names=names))

    async def lease(self, tenant: str, name: str, owner: str, seconds: float) -> Lease | LeaseHeld:
        """Take the lease, or say who has it. See ``LeaseStore.lease``."""
        check_lease(name, owner, seconds)
        wanted = Lease(tenant, name, owner, 0, 0.0)
        return await self._writer.submit(partial(Batch.lease, wanted=wanted, seconds=seconds))

    async def renew_lease(self, lease: Lease, seconds: float) -> Lease | None:
        """Return the lease for as long again, if it still is. See ``LeaseStore.renew_lease``."""
        return await self._writer.submit(partial(Batch.renew_lease, lease=lease, seconds=seconds))

    async def release_lease(self, lease: Lease) -> None:
        """Give it back."""
        await self._writer.submit(partial(Batch.release_lease, lease=lease))

    def _parts(self) -> tuple[Writer, Reader]:
        if self._open is None:
            raise StoreClosed(f"the store {self.path} is not open: open it first")
        if os.getpid() != self._process:
            raise JournalError(f"the store {self.path} was opened by process {self._process}: open one in each process")
        return self._open

    def _not_driving(self, task: str) -> JournalError:
        return JournalError(
            f"cannot {task}: this process opened {self.path} to read and post (drives=False);"
            " the process that drives does that, or call become_driver() first"
        )
