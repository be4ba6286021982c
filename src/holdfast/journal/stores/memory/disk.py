"""What a memory store holds, and how a request changes it: the part that outlives the store."""

import dataclasses
from collections.abc import Iterator, Sequence

import msgspec

from holdfast.journal.bus import Publication, Published
from holdfast.journal.port import (
    Claim,
    Commit,
    CommitResult,
    Committed,
    Delivered,
    Head,
    Held,
    Letter,
    NewRun,
    Payload,
    Recorded,
    Snapshot,
)
from holdfast.journal.sealing.envelope import ERASED
from holdfast.journal.stores.memory.books import Books
from holdfast.journal.stores.memory.bus import BusDesk
from holdfast.journal.stores.memory.shared import SharedDesk
from holdfast.journal.stores.restoring import is_new, standing_of
from holdfast.journal.stores.routing import told
from holdfast.journal.stores.rules import Standing, answer, begun, bereft, claim_of, claimed, emptied, moved_on, woken
from holdfast.journal.upkeep import Archive
from holdfast.kernel.errors import RunNotFound
from holdfast.kernel.ids import LetterId, PayloadId, RunId


@dataclasses.dataclass(slots=True)
class KeptRun:
    """A run and all that belongs to it."""

    new: NewRun
    created_at: float
    standing: Standing
    events: list[Recorded] = dataclasses.field(default_factory=list)
    payloads: dict[PayloadId, bytes] = dataclasses.field(default_factory=dict)
    snapshot: Snapshot | None = None
    erased_at: float | None = None


class MemoryDisk:
    """Hand it to one memory store after the other: what they wrote stays. The last one opened owns it."""

    def __init__(self) -> None:
        self.owner: object = None
        self.writes = 0
        self.inboxes: dict[RunId, dict[LetterId, Delivered]] = {}
        self._runs: dict[RunId, KeptRun] = {}
        """In the order in which they were begun."""
        self._requests: dict[tuple[str, str], RunId] = {}
        self._keys: dict[str, bytes] = {}
        self.books = Books()
        self.desk = SharedDesk()
        self.bus = BusDesk()

    def find(self, run: RunId) -> KeptRun | None:
        """Return the run if there is one."""
        return self._runs.get(run)

    def get(self, run: RunId) -> KeptRun:
        """Return the run. Raises RunNotFound."""
        kept = self._runs.get(run)
        if kept is None:
            raise RunNotFound(f"run {run} does not exist")
        return kept

    def heads(self) -> Iterator[Head]:
        """Return the head of every run, the one begun last first."""
        return (self.head(run) for run in reversed(self._runs))

    def head(self, run: RunId) -> Head:
        """Return what the index knows of ``run``. Raises RunNotFound."""
        kept = self.get(run)
        new, standing = kept.new, kept.standing
        return Head(
            run=run,
            tenant=new.tenant,
            app=new.app,
            title=new.title,
            status=standing.status,
            is_over=standing.is_over,
            version=standing.version,
            epoch=standing.epoch,
            worker=standing.worker,
            lease_until=standing.lease_until,
            wake_at=standing.wake_at,
            request_id=new.request_id,
            parent=new.parent,
            created_at=kept.created_at,
            updated_at=standing.updated_at,
            seal=new.seal,
            erased_at=kept.erased_at,
            origin=new.origin,
        )

    def commit(self, commit: Commit, now: float) -> CommitResult:
        """Take a commit in, or answer why not. Raises RunNotFound and JournalError."""
        kept = self._runs.get(commit.run)
        refused = answer(commit, kept.standing if kept else None, self._requested(commit.begins))
        if refused is not None:
            return refused
        if (overtaken := self.desk.overtaken(commit.shared)) is not None:
            return overtaken
        self.post(commit.letters, now)
        of_bus = [*self.bus.publish(commit.run, commit.publishes, now), *self.bus.wait(commit.run, commit.waits)]
        self.post(of_bus, now)
        mail = len(self.inboxes.get(commit.run, ()))
        if commit.begins is not None:
            kept = self._runs[commit.run] = KeptRun(commit.begins, now, begun(commit, mail, now))
            if commit.begins.request_id is not None:
                self._requests[commit.begins.tenant, commit.begins.request_id] = commit.run
        else:
            kept = self._runs[commit.run]
            kept.standing = moved_on(kept.standing, commit, mail, now)
        kept.events.extend(commit.events)
        for payload in commit.payloads:
            kept.payloads.setdefault(payload.payload_id, payload.body)
        if commit.snapshot is not None:
            kept.snapshot = commit.snapshot
        if commit.entries is not None:
            self.books.enter(commit.run, commit.entries)
        self.desk.write(commit.run, commit.shared, now)
        return Committed(kept.standing.version, told(of_bus))

    def claim(self, run: RunId, worker: str, lease_seconds: float, now: float) -> Claim | Held:
        """Give the right to drive ``run``, or say who has it. Raises RunNotFound and JournalError."""
        kept = self._runs.get(run)
        standing = claimed(run, kept.standing if kept else None, worker, lease_seconds, now)
        if isinstance(standing, Held):
            return standing
        self._runs[run].standing = standing
        return claim_of(run, standing, len(self.inboxes.get(run, ())))

    def post(self, letters: Sequence[Letter], now: float) -> None:
        """Put letters into inboxes and wake their runs."""
        for letter in letters:
            inbox = self.inboxes.setdefault(letter.to, {})
            if letter.letter_id in inbox:
                continue
            inbox[letter.letter_id] = Delivered(len(inbox) + 1, letter.letter_id, letter.body)
            kept = self._runs.get(letter.to)
            if kept is not None:
                kept.standing = woken(kept.standing, letter, now)

    def publish(self, publications: Sequence[Publication], now: float) -> Published:
        """Publish from outside of any run, and return the events as they stand."""
        letters = self.bus.publish(None, publications, now)
        self.post(letters, now)
        found = (self.bus.event(each.event_id) for each in publications)
        return Published(tuple(event for event in found if event is not None), told(letters))

    def tenant_key(self, tenant: str, fresh: bytes) -> bytes:
        """Return the tenant's key; ``fresh`` becomes it if there is none."""
        return self._keys.setdefault(tenant, fresh)

    def archive(self, run: RunId) -> Archive:
        """Return all that is held of ``run``. Raises RunNotFound."""
        kept = self.get(run)
        standing = kept.standing
        return Archive(
            run=run,
            new=kept.new,
            created_at=kept.created_at,
            updated_at=standing.updated_at,
            epoch=standing.epoch,
            status=standing.status,
            is_over=standing.is_over,
            begun_by=standing.begun_by,
            commit_id=standing.commit_id,
            events=tuple(kept.events),
            payloads=tuple(Payload(identity, kept.payloads[identity]) for identity in sorted(kept.payloads)),
            letters=tuple(self.inboxes.get(run, {}).values()),
        )

    def restore(self, archive: Archive) -> bool:
        """Take a run in; False if exactly that is here already. Raises JournalError."""
        run, new = archive.run, archive.new
        present = self.archive(run) if run in self._runs else None
        if not is_new(archive, present, self._requested(new), tuple(self.inboxes.get(run, {}).values())):
            return False
        kept = KeptRun(new, archive.created_at, standing_of(archive), list(archive.events))
        kept.payloads.update((payload.payload_id, payload.body) for payload in archive.payloads)
        self._runs[run] = kept
        self.inboxes[run] = {letter.letter_id: letter for letter in archive.letters}
        if new.request_id is not None:
            self._requests[new.tenant, new.request_id] = run
        return True

    def empty(self, run: RunId, ended_as: str, now: float) -> None:
        """Take out what a run and its inbox hold, and leave that they were."""
        kept = self.get(run)
        if kept.new.request_id is not None:
            self._requests.pop((kept.new.tenant, kept.new.request_id), None)
        kept.new = msgspec.structs.replace(kept.new, title="", request_id=None)
        kept.standing, kept.erased_at, kept.snapshot = emptied(kept.standing, ended_as), now, None
        kept.events = [Recorded(event.version, event.at, ERASED) for event in kept.events]
        kept.payloads.clear()
        self.books.spend_held(run)
        self.desk.empty(run)
        self.bus.empty(run)
        inbox = self.inboxes.get(run, {})
        for letter_id, letter in inbox.items():
            inbox[letter_id] = Delivered(letter.position, letter_id, ERASED)

    def drop(self, run: RunId) -> None:
        """Forget a run and its inbox."""
        new = self._runs.pop(run).new
        self.inboxes.pop(run, None)
        self.books.forget(run)
        self.bus.forget(run)
        if new.request_id is not None:
            self._requests.pop((new.tenant, new.request_id), None)

    def void_leases(self, now: float) -> None:
        """Make every driven run due at once: whoever drove it is gone."""
        for kept in self._runs.values():
            kept.standing = bereft(kept.standing, now)

    def _requested(self, begins: NewRun | None) -> RunId | None:
        if begins is None or begins.request_id is None:
            return None
        return self._requests.get((begins.tenant, begins.request_id))
