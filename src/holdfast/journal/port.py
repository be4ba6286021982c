"""What a journal store promises: commit, claim, read, payloads, post, a cache of states — and an index over its runs.

Every store passes the same conformance suite (``holdfast.testing.conformance``).

A *commit* is one transaction: a run's events and payloads, messages to inboxes (also of runs that do not exist yet),
when the run wants to be woken, what it was charged and what it shares; all of it or nothing. It names the driver's
epoch and the version it is based on, and it carries an id of its own, so that a reply lost on the way is recognised as
success when the commit is sent again.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from holdfast.journal.bus import BusStore, EventWait, Publication
from holdfast.journal.leases import LeaseStore
from holdfast.journal.ledger import Entries, Ledger
from holdfast.journal.shared import SharedStore, SharedWrite
from holdfast.kernel.ids import CommitId, LetterId, PayloadId, RunId

NO_EPOCH = 0
"""The epoch of a commit that creates a run: nobody drives it yet."""


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event as it lies in the journal: ``version`` counts from 1 without gaps, ``at`` is the driver's clock."""

    version: int
    at: float
    body: bytes


class Payload(msgspec.Struct, frozen=True, gc=False):
    """Content that events point at. Its id is a MAC under the tenant's key, so equal content is kept once a run."""

    payload_id: PayloadId
    body: bytes


class Snapshot(msgspec.Struct, frozen=True, gc=False):
    """The state after ``version`` events as the fold ``fold`` made it: a cache, which any store may lose."""

    version: int
    fold: str
    body: bytes


class Latest(msgspec.Struct, frozen=True, gc=False):
    """What a run's state is to be had from: the newest snapshot, if one is kept, and the events that follow on it."""

    snapshot: Snapshot | None
    tail: tuple[Recorded, ...]


class Letter(msgspec.Struct, frozen=True, gc=False):
    """A message to a run's inbox; ``letter_id`` is unique by run, so posting twice delivers once."""

    letter_id: LetterId
    to: RunId
    body: bytes
    reopens: int | None = None
    """The version at which the run ended: if it is over at that one, it is taken up again, and nothing else does so."""


class Delivered(msgspec.Struct, frozen=True, gc=False):
    """A letter in an inbox; ``position`` counts from 1 by run."""

    position: int
    letter_id: LetterId
    body: bytes


class NewRun(msgspec.Struct, frozen=True, gc=False):
    """What the index must know of a run from its first commit on."""

    tenant: str
    app: str
    request_id: str | None = None
    parent: RunId | None = None
    title: str = ""
    subject: str | None = None
    """The person whom the run is about. Only a store that seals takes it (``journal.sealing``): others refuse."""
    seal: str | None = None
    """The id of the key that the run is sealed under; set by the store that seals it, None for a run in the clear."""
    origin: RunId | None = None
    """The run that it is a fork of."""


class Parking(msgspec.Struct, frozen=True, gc=False):
    """The driver lets go of the run. Mail newer than ``inbox_read`` keeps it runnable: none is lost while parking."""

    inbox_read: int
    wake_at: float | None
    """When to drive it again; None: only when mail arrives."""


class Commit(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One transaction on one run."""

    commit_id: CommitId
    run: RunId
    epoch: int
    expected: int
    """The version this commit is based on: the number of events the run has."""
    events: tuple[Recorded, ...]
    status: str
    """The run's status after these events, kept in the index."""
    is_over: bool = False
    """Whether the run has ended: it is never due again."""
    payloads: tuple[Payload, ...] = ()
    letters: tuple[Letter, ...] = ()
    snapshot: Snapshot | None = None
    """The state after these events, now and then."""
    parking: Parking | None = None
    begins: NewRun | None = None
    """Set on a run's first commit only."""
    entries: Entries | None = None
    """What the run was charged since its last commit. See ``journal.ledger``."""
    shared: tuple[SharedWrite, ...] = ()
    """What its steps have written that runs share. See ``journal.shared``."""
    publishes: tuple[Publication, ...] = ()
    """What its steps publish. See ``journal.bus``."""
    waits: tuple[EventWait, ...] = ()
    """Its waits for events that begin, or are over; without events too, for each says all there is to say."""


class Committed(msgspec.Struct, frozen=True, gc=False):
    """It is durable; the run has ``version`` events now."""

    version: int
    told: tuple[RunId, ...] = ()
    """The runs whose waits were told of events: they want driving."""


class Stale(msgspec.Struct, frozen=True, gc=False):
    """Refused: the run has ``version`` events, another commit came first. Nothing was written."""

    version: int


class Lost(msgspec.Struct, frozen=True, gc=False):
    """Refused: epoch ``epoch`` drives the run now. Nothing was written."""

    epoch: int


class AlreadyBegun(msgspec.Struct, frozen=True, gc=False):
    """Refused: this request has begun the run ``run`` before. Nothing was written."""

    run: RunId


class Overtaken(msgspec.Struct, frozen=True, gc=False):
    """Refused: the shared value ``name`` is at ``version``, another run has written it. Nothing was written."""

    name: str
    version: int


CommitResult = Committed | Stale | Lost | AlreadyBegun | Overtaken


class Claim(msgspec.Struct, frozen=True, gc=False):
    """The right to drive a run until ``lease_until`` on the store's clock; every commit renews it."""

    run: RunId
    epoch: int
    version: int
    lease_until: float
    last_letter: int = 0
    """The position of the newest letter in its inbox, 0 if none ever came: who has read it need not look."""


class Held(msgspec.Struct, frozen=True, gc=False):
    """Refused: ``worker`` drives the run until ``lease_until`` unless it renews."""

    worker: str
    lease_until: float


class Head(msgspec.Struct, frozen=True, gc=False):
    """What the index knows of a run without reading its journal."""

    run: RunId
    tenant: str
    app: str
    title: str
    status: str
    is_over: bool
    version: int
    epoch: int
    worker: str
    lease_until: float
    wake_at: float | None
    request_id: str | None
    parent: RunId | None
    created_at: float
    updated_at: float
    seal: str | None = None
    """The id of the key that the run is sealed under; None for a run in the clear."""
    erased_at: float | None = None
    """When what it held was erased: nobody can read it since then."""
    subject: str | None = None
    """Whom a sealed run is about, as far as the store has its key."""
    origin: RunId | None = None
    """The run that it is a fork of, which may be gone by now."""

    @property
    def is_parked(self) -> bool:
        """Whether it waits for mail only: nobody drives it and no instant wakes it."""
        return not self.is_over and not self.worker and self.wake_at is None


class RunFilter(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Which runs to list, newest first."""

    app: str | None = None
    statuses: tuple[str, ...] = ()
    parent: RunId | None = None
    seal: str | None = None
    """Only runs sealed under the key of this id."""
    origin: RunId | None = None
    """Only forks of this run."""
    request: tuple[str, str] | None = None
    """Only the run that this tenant's request of this id has begun."""
    subject: str | None = None
    """Whom that request named: without it no run about a person is found."""
    before: RunId | None = None
    """Only runs older than this one: for paging."""
    count_max: int = 100


class Journal(Protocol):
    """Holds the runs. Every method may raise JournalError; none leaves half of its work behind."""

    async def commit(self, commit: Commit) -> CommitResult:
        """Write one transaction and return once it is durable, or say why nothing was written."""

    async def claim(self, run: RunId, worker: str, lease_seconds: float) -> Claim | Held:
        """Take the right to drive ``run``, with a new epoch. Raises RunNotFound."""

    async def read(self, run: RunId, after: int = 0, count_max: int | None = None) -> Sequence[Recorded]:
        """Return the run's events with versions above ``after``, oldest first. Raises RunNotFound."""

    async def payloads(self, run: RunId, ids: Sequence[PayloadId]) -> dict[PayloadId, bytes]:
        """Return the bodies of those payloads of the run; what it does not have is missing from the answer."""

    async def post(self, letters: Sequence[Letter]) -> None:
        """Put letters into inboxes and make their runs due; a letter id the inbox has seen is passed over.

        A run that is over stays so, unless a letter names the version at which it ended in ``reopens``.
        """


class RunIndex(Protocol):
    """Finds runs. Reads only."""

    async def head(self, run: RunId) -> Head:
        """Return what is known of ``run``. Raises RunNotFound."""

    async def runs(self, which: RunFilter) -> Sequence[Head]:
        """Return the runs that match, newest first."""

    async def due(self, now: float, count_max: int) -> Sequence[Head]:
        """Return runs that want driving at ``now`` and that nobody holds, those that wait longest first."""

    async def inbox(self, run: RunId, after: int = 0) -> Sequence[Delivered]:
        """Return the letters above position ``after``, oldest first."""

    async def next_wake(self) -> float | None:
        """Return the earliest instant at which an undriven run wants driving, or None."""


class TenantKeys(Protocol):
    """Keeps the secret under which a tenant's payload ids are made."""

    async def tenant_key(self, tenant: str) -> bytes:
        """Return the tenant's 32-byte key, made at first use."""


class Snapshots(Protocol):
    """Keeps the newest snapshot of each run, so that a long journal need not be read again."""

    async def latest(self, run: RunId) -> Latest:
        """Return the newest snapshot and the events after it, as one look finds them. Raises RunNotFound."""


class Store(Journal, RunIndex, TenantKeys, Snapshots, Ledger, SharedStore, LeaseStore, Protocol):
    """What a store offers in all."""

    @property
    def bus(self) -> BusStore:
        """The event bus."""

    async def open(self) -> None:
        """Make ready for use. Raises JournalError."""

    async def close(self) -> None:
        """Finish what was accepted and let go of every resource; calling it twice is harmless."""
