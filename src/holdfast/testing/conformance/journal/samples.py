"""What the suite works with: the disk under test, and commits that say only what matters to a test."""

from collections.abc import AsyncIterator
from typing import Protocol

import pytest

from holdfast.journal.bus import EventWait, Publication
from holdfast.journal.ledger import Entries
from holdfast.journal.port import (
    NO_EPOCH,
    Claim,
    Commit,
    Committed,
    Letter,
    NewRun,
    Parking,
    Payload,
    Recorded,
    Snapshot,
    Store,
)
from holdfast.journal.shared import SharedWrite
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.ids import CommitId, LetterId, PayloadId, RunId, commit_id

RUN = RunId("run_a")
OTHER = RunId("run_b")
LEASE_SECONDS = 30.0
DESK = NewRun("acme", "desk")


class Disk(Protocol):
    """What outlives a store: stores are opened on it one after the other."""

    clock: VirtualClock

    def store(self) -> Store:
        """Return a store on this disk, not yet open. The one before is closed by then."""


class OpenStore:
    """Gives each test the clock and an open store."""

    @pytest.fixture
    def clock(self, disk: Disk) -> VirtualClock:
        return disk.clock

    @pytest.fixture
    async def store(self, disk: Disk) -> AsyncIterator[Store]:
        store = disk.store()
        await store.open()
        yield store
        await store.close()


def events(first: int, count: int = 1, text: str = "") -> tuple[Recorded, ...]:
    """Return ``count`` events from version ``first`` on."""
    return tuple(Recorded(version, version / 8, f"{text}{version}".encode()) for version in range(first, first + count))


def beginning(
    run: RunId = RUN,
    new: NewRun = DESK,
    *,
    named: str | None = None,
    event_count: int = 1,
    letters: tuple[Letter, ...] = (),
    parking: Parking | None = None,
    is_over: bool = False,
) -> Commit:
    """Return the first commit of a run; ``named`` is its id where the usual one will not do."""
    return Commit(
        commit_id=commit_id(run, NO_EPOCH, 0) if named is None else CommitId(named),
        run=run,
        epoch=NO_EPOCH,
        expected=0,
        events=events(1, event_count),
        status="waiting",
        is_over=is_over,
        letters=letters,
        parking=parking,
        begins=new,
    )


def following(
    claim: Claim,
    version: int | None = None,
    *,
    event_count: int = 1,
    text: str = "",
    named: str | None = None,
    status: str = "executing",
    is_over: bool = False,
    payloads: tuple[Payload, ...] = (),
    letters: tuple[Letter, ...] = (),
    parking: Parking | None = None,
    snapshot: Snapshot | None = None,
    entries: Entries | None = None,
    shared: tuple[SharedWrite, ...] = (),
    publishes: tuple[Publication, ...] = (),
    waits: tuple[EventWait, ...] = (),
) -> Commit:
    """Return a commit by the driver that holds ``claim``, based on ``version`` or else on the claim's."""
    expected = claim.version if version is None else version
    return Commit(
        commit_id=commit_id(claim.run, claim.epoch, expected) if named is None else CommitId(named),
        run=claim.run,
        epoch=claim.epoch,
        expected=expected,
        events=events(expected + 1, event_count, text),
        status=status,
        is_over=is_over,
        payloads=payloads,
        letters=letters,
        parking=parking,
        snapshot=snapshot,
        entries=entries,
        shared=shared,
        publishes=publishes,
        waits=waits,
    )


def letter(name: str, to: RunId = RUN, body: bytes = b"hello", reopens: int | None = None) -> Letter:
    """Return a letter whose id is ``name``."""
    return Letter(LetterId(name), to, body, reopens)


def payload(name: str, body: bytes = b"content") -> Payload:
    """Return a payload whose id is ``name``."""
    return Payload(PayloadId(name), body)


async def begin(store: Store, run: RunId = RUN, new: NewRun = DESK) -> None:
    """Begin ``run`` with one event."""
    assert await store.commit(beginning(run, new)) == Committed(1)


async def take(store: Store, run: RunId = RUN, worker: str = "worker-1") -> Claim:
    """Claim ``run``, which nobody holds."""
    claim = await store.claim(run, worker, LEASE_SECONDS)
    assert isinstance(claim, Claim)
    return claim


async def drive(store: Store, run: RunId = RUN) -> Claim:
    """Begin ``run`` and claim it."""
    await begin(store, run)
    return await take(store, run)


async def due_runs(store: Store, now: float) -> list[RunId]:
    """Return the runs that are due, in order."""
    return [head.run for head in await store.due(now, 100)]
