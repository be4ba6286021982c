"""One transaction in the making: works on standings in memory, writes all of it at the end with one statement a table.

Everything is decided from what the open write transaction reads, in the order in which it came; a refused commit has
then written nothing, so it fails alone.
"""

import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Any

from holdfast.journal.bus import Publication, Published
from holdfast.journal.leases import Lease, LeaseHeld
from holdfast.journal.port import Claim, Commit, CommitResult, Committed, Held, Letter, NewRun
from holdfast.journal.stores.routing import told
from holdfast.journal.stores.rules import (
    Standing,
    answer,
    begun,
    bereft,
    claim_of,
    claimed,
    moved_on,
    woken,
)
from holdfast.journal.stores.sqlite import events, shared, statements
from holdfast.journal.stores.sqlite.books import Books
from holdfast.journal.stores.sqlite.rows import write_rows
from holdfast.journal.stores.sqlite.shared import SharedRows
from holdfast.journal.stores.sqlite.standings import Standings
from holdfast.kernel.ids import LetterId, RunId


class Batch:
    """Answers one request after the other; ``flush`` writes what they changed. Used inside one write transaction."""

    def __init__(self, connection: sqlite3.Connection, now: float, known: Standings) -> None:
        self._connection, self._now, self._known = connection, now, known
        self._writes_directly = False
        self._forget()

    def _forget(self) -> None:
        self._row_ids: dict[RunId, int] = {}
        self._stored: dict[RunId, Standing] = {}
        self._standings: dict[RunId, Standing] = {}
        self._begun: dict[RunId, NewRun] = {}
        self._requests: dict[tuple[str, str], RunId] = {}
        self._last_positions: dict[RunId, int] = {}
        self._letter_ids: set[tuple[RunId, LetterId]] = set()
        self._keys: dict[str, bytes] = {}
        self._events: list[tuple[int, int, float, bytes]] = []
        self._payloads: list[tuple[int, str, bytes]] = []
        self._letters: list[tuple[str, int, str, bytes]] = []
        self._snapshots: dict[int, tuple[int, int, str, bytes]] = {}
        self._books = Books()
        self._shared = SharedRows()

    def commit(self, commit: Commit) -> CommitResult:
        """Take a commit in, or answer why not. Raises RunNotFound and JournalError."""
        run = commit.run
        refused = answer(commit, self._standing(run), self._requested(commit.begins))
        if refused is not None:
            return refused
        if commit.shared and (overtaken := self._shared.overtaken(self._connection, commit.shared)) is not None:
            return overtaken
        self.post(commit.letters)
        of_bus = self._of_bus(commit) if commit.publishes or commit.waits else []
        mail = self._last_position(run) if commit.parking is not None else 0
        if commit.begins is not None:
            standing = begun(commit, mail, self._now)
            self._begin(run, commit.begins)
        else:
            standing = moved_on(self._standings[run], commit, mail, self._now)
        self._standings[run] = standing
        row_id = self._row_ids[run]
        self._events += [(row_id, event.version, event.at, event.body) for event in commit.events]
        self._payloads += [(row_id, payload.payload_id, payload.body) for payload in commit.payloads]
        if (snapshot := commit.snapshot) is not None:
            self._snapshots[row_id] = (row_id, snapshot.version, snapshot.fold, snapshot.body)
        if commit.entries is not None:
            self._books.enter(row_id, commit.entries)
        if commit.shared:
            self._shared.enter(run, commit.shared, self._now)
        return Committed(standing.version, told(of_bus)) if of_bus else Committed(standing.version)

    def _of_bus(self, commit: Commit) -> list[Letter]:
        letters = events.publish(self._connection, commit.run, commit.publishes, self._now)
        letters += events.wait(self._connection, commit.run, commit.waits)
        self.post(letters)
        return letters

    def claim(self, run: RunId, worker: str, lease_seconds: float) -> Claim | Held:
        """Give the right to drive ``run``, or say who has it. Raises RunNotFound and JournalError."""
        standing = claimed(run, self._standing(run), worker, lease_seconds, self._now)
        if isinstance(standing, Held):
            return standing
        self._standings[run] = standing
        return claim_of(run, standing, self._last_position(run))

    def post(self, letters: Sequence[Letter]) -> None:
        """Put letters into inboxes and wake their runs; a letter the inbox has is passed over."""
        for letter in letters:
            key = (letter.to, letter.letter_id)
            if key in self._letter_ids or self._is_in_inbox(key):
                continue
            position = self._last_position(letter.to) + 1
            self._letter_ids.add(key)
            self._last_positions[letter.to] = position
            self._letters.append((letter.to, position, letter.letter_id, letter.body))
            standing = self._standing(letter.to)
            if standing is not None:
                self._standings[letter.to] = woken(standing, letter, self._now)

    def publish(self, publications: Sequence[Publication]) -> Published:
        """Publish from outside of any run, and return the events as they stand."""
        letters = events.publish(self._connection, None, publications, self._now)
        self.post(letters)
        return Published(events.named(self._connection, [each.event_id for each in publications]), told(letters))

    def changes_of_others(self) -> int:
        """Return a number that differs once another connection has written, or statements of an operator's have."""
        return self._known.changes_of_others

    def tenant_key(self, tenant: str, fresh: bytes) -> bytes:
        """Return the tenant's key; ``fresh`` becomes it if there is none."""
        kept = self._one(statements.KEY, (tenant,))
        if kept is None:
            return self._keys.setdefault(tenant, fresh)
        return bytes(kept[0])

    def lease(self, wanted: Lease, seconds: float) -> Lease | LeaseHeld:
        """Give a lease on what lies outside, or say who has it."""
        return shared.lease(self._connection, wanted, seconds, self._now)

    def renew_lease(self, lease: Lease, seconds: float) -> Lease | None:
        """Renew a lease that is still the last one given."""
        return shared.renew(self._connection, lease, seconds, self._now)

    def release_lease(self, lease: Lease) -> None:
        """Take a lease back."""
        shared.release(self._connection, lease)

    def void_leases(self) -> None:
        """Make every driven run due at once: whoever drove it is gone."""
        for (run,) in self._connection.execute(statements.DRIVEN).fetchall():
            standing = self._standing(run)
            if standing is not None:
                self._standings[run] = bereft(standing, self._now)

    def flush(self) -> None:
        """Write what has changed, every table with one statement."""
        write = partial(write_rows, self._connection)
        write(statements.ADD_RUN, [self._new_row(run, new) for run, new in self._begun.items()])
        write(statements.ADD_EVENT, self._events)
        write(statements.ADD_PAYLOAD, self._payloads)
        write(statements.ADD_LETTER, self._letters)
        write(statements.KEEP_SNAPSHOT, self._snapshots.values())
        write(statements.ADD_KEY, self._keys.items())
        self._books.write(self._connection)
        self._shared.write(self._connection)
        self._flush_standings()

    def committed(self) -> None:
        """Say that what was flushed is in the tables."""
        if self._writes_directly:
            self._known.forget()
        else:
            self._known.keep(self._standings, self._row_ids, self._standings)

    @property
    def connection(self) -> sqlite3.Connection:
        """For statements on tables of which a batch keeps nothing in memory."""
        return self._connection

    def directly(self) -> sqlite3.Connection:
        """Write what has changed so far, forget what was read, and return the connection for other statements."""
        self.flush()
        self._forget()
        self._known.forget()
        self._writes_directly = True
        return self._connection

    def _flush_standings(self) -> None:
        advanced: list[tuple[object, ...]] = []
        turned: list[tuple[object, ...]] = []
        for run, was in self._stored.items():
            now = self._standings[run]
            if now is was:
                continue
            progress = (now.version, now.commit_id, now.lease_until, now.updated_at)
            if _rest(now) == _rest(was):
                advanced.append((self._row_ids[run], *progress))
            else:
                turned.append((*progress, *_rest(now), self._row_ids[run]))
        write_rows(self._connection, statements.ADVANCE, advanced)
        if turned:
            self._connection.executemany(statements.TURN, turned)

    def _standing(self, run: RunId) -> Standing | None:
        standing = self._standings.get(run)
        if standing is None:
            found = self._known.get(run) or self._read(run)
            if found is None:
                return None
            self._row_ids[run], standing = found
            self._stored[run] = self._standings[run] = standing
        return standing

    def _read(self, run: RunId) -> tuple[int, Standing] | None:
        row = self._one(statements.STANDING, (run,))
        if row is None:
            return None
        row_id, version, epoch, begun_by, commit_id, status, is_over, *rest = row
        return row_id, Standing(version, epoch, begun_by, commit_id, status, bool(is_over), *rest)

    def _requested(self, begins: NewRun | None) -> RunId | None:
        if begins is None or begins.request_id is None:
            return None
        key = (begins.tenant, begins.request_id)
        if key in self._requests:
            return self._requests[key]
        row = self._one(statements.REQUESTED, key)
        return None if row is None else RunId(row[0])

    def _begin(self, run: RunId, new: NewRun) -> None:
        row = self._one(statements.LAST_RUN, ())
        self._row_ids[run] = (row[0] if row else 0) + len(self._begun) + 1
        self._begun[run] = new
        if new.request_id is not None:
            self._requests[new.tenant, new.request_id] = run

    def _is_in_inbox(self, key: tuple[RunId, LetterId]) -> bool:
        row = self._one(statements.LETTER, key)
        return row is not None and row[0] > 0

    def _last_position(self, run: RunId) -> int:
        position = self._last_positions.get(run)
        if position is None:
            row = self._one(statements.LAST_LETTER, (run,))
            position = self._last_positions[run] = row[0] if row else 0
        return position

    def _new_row(self, run: RunId, new: NewRun) -> tuple[object, ...]:
        now = self._standings[run]
        return (
            *(self._row_ids[run], run, new.tenant, new.app, new.title, new.request_id, new.parent, self._now),
            *(now.version, now.epoch, now.begun_by, now.commit_id, now.status, now.is_over),
            *(now.worker, now.lease_until, now.lease_seconds, now.wake_at, now.updated_at),
            *(new.seal, new.origin),
        )

    def _one(self, query: str, values: Sequence[str]) -> tuple[Any, ...] | None:
        rows = self._connection.execute(query, values).fetchall()
        return rows[0] if rows else None


def _rest(standing: Standing) -> tuple[object, ...]:
    """What a commit in mid-run leaves as it is; indexes stand on it."""
    return (
        standing.epoch,
        standing.status,
        standing.is_over,
        standing.worker,
        standing.lease_seconds,
        standing.wake_at,
    )
