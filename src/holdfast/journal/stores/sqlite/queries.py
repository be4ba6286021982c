"""What is read from the tables, and how rows become values: pure functions of a connection."""

import sqlite3
from collections.abc import Sequence

import msgspec

from holdfast.journal.port import Delivered, Head, Latest, Recorded, RunFilter, Snapshot
from holdfast.kernel.errors import RunNotFound
from holdfast.kernel.ids import PayloadId, RunId

_HEAD = """
    SELECT run, tenant, app, title, status, is_over, version, epoch, worker, lease_until, wake_at,
           request_id, parent, created_at, updated_at, seal, erased_at, NULL, origin
    FROM runs
"""
_DUE = "WHERE wake_at <= ? AND lease_until <= ? ORDER BY wake_at, id LIMIT ?"
EVENTS = "SELECT version, at, body FROM events WHERE run_id = ? AND version > ? ORDER BY version LIMIT ?"
_SNAPSHOT = "SELECT version, fold, body FROM snapshots WHERE run_id = ?"
_PAYLOADS = """
    SELECT payload_id, body FROM payloads
    WHERE run_id = (SELECT id FROM runs WHERE run = ?) AND payload_id IN (SELECT value FROM json_each(?))
"""
INBOX = "SELECT position, letter_id, body FROM inbox WHERE run = ? AND position > ? ORDER BY position"
_UNDRIVEN_WAKE = "SELECT wake_at FROM runs WHERE wake_at IS NOT NULL AND worker = '' ORDER BY wake_at LIMIT 1"
_DRIVEN_WAKE = "SELECT min(max(wake_at, lease_until)) FROM runs WHERE worker <> ''"


def read(connection: sqlite3.Connection, run: RunId, after: int, count_max: int | None) -> tuple[Recorded, ...]:
    """Return the run's events above ``after``. Raises RunNotFound."""
    rows = connection.execute(EVENTS, (_row_id(connection, run), after, _limit(count_max))).fetchall()
    return tuple(Recorded(*row) for row in rows)


def latest(connection: sqlite3.Connection, run: RunId) -> Latest:
    """Return the run's newest snapshot and the events after it. Raises RunNotFound.

    Two looks will do without a transaction around them: a snapshot is never ahead of its events, and these only grow.
    """
    row_id = _row_id(connection, run)
    found = connection.execute(_SNAPSHOT, (row_id,)).fetchall()
    snapshot = Snapshot(*found[0]) if found else None
    rows = connection.execute(EVENTS, (row_id, snapshot.version if snapshot else 0, _limit(None))).fetchall()
    return Latest(snapshot, tuple(Recorded(*row) for row in rows))


def payloads(connection: sqlite3.Connection, run: RunId, ids: Sequence[PayloadId]) -> dict[PayloadId, bytes]:
    """Return those payloads that the run has."""
    asked = msgspec.json.encode(ids).decode()
    return dict(connection.execute(_PAYLOADS, (run, asked)).fetchall())


def head(connection: sqlite3.Connection, run: RunId) -> Head:
    """Return what is known of ``run``. Raises RunNotFound."""
    for found in _heads(connection, "WHERE run = ?", [run]):
        return found
    raise RunNotFound(f"run {run} does not exist")


def runs(connection: sqlite3.Connection, which: RunFilter) -> tuple[Head, ...]:
    """Return the runs that match, the one begun last first. Raises RunNotFound for an unknown ``before``."""
    clauses, values = ["1 = 1"], list[str | int]()
    if which.app is not None:
        clauses.append("app = ?")
        values.append(which.app)
    if which.parent is not None:
        clauses.append("parent = ?")
        values.append(which.parent)
    if which.seal is not None:
        clauses.append("seal = ?")
        values.append(which.seal)
    if which.origin is not None:
        clauses.append("origin = ?")
        values.append(which.origin)
    if which.request is not None:
        clauses.append("tenant = ? AND request_id = ?")
        values.extend(which.request)
    if which.statuses:
        clauses.append(f"status IN ({', '.join('?' * len(which.statuses))})")
        values.extend(which.statuses)
    if which.before is not None:
        clauses.append("id < ?")
        values.append(_row_id(connection, which.before))
    values.append(_limit(which.count_max))
    return _heads(connection, f"WHERE {' AND '.join(clauses)} ORDER BY id DESC LIMIT ?", values)


def due(connection: sqlite3.Connection, now: float, count_max: int) -> tuple[Head, ...]:
    """Return undriven runs that want driving at ``now``, those that wait longest first."""
    return _heads(connection, _DUE, [now, now, _limit(count_max)])


def inbox(connection: sqlite3.Connection, run: RunId, after: int) -> tuple[Delivered, ...]:
    """Return the letters above position ``after``."""
    return tuple(Delivered(*row) for row in connection.execute(INBOX, (run, after)).fetchall())


def next_wake(connection: sqlite3.Connection) -> float | None:
    """Return when ``due`` has something next."""
    instants = [
        instant
        for query in (_UNDRIVEN_WAKE, _DRIVEN_WAKE)
        for (instant,) in connection.execute(query).fetchall()
        if instant is not None
    ]
    return min(instants, default=None)


def _row_id(connection: sqlite3.Connection, run: RunId) -> int:
    for (row_id,) in connection.execute("SELECT id FROM runs WHERE run = ?", (run,)).fetchall():
        return int(row_id)
    raise RunNotFound(f"run {run} does not exist")


def _heads(connection: sqlite3.Connection, clause: str, values: Sequence[str | float]) -> tuple[Head, ...]:
    rows = connection.execute(_HEAD + clause, values).fetchall()
    return tuple(
        Head(run, tenant, app, title, status, bool(is_over), *rest)
        for run, tenant, app, title, status, is_over, *rest in rows
    )


def _limit(count_max: int | None) -> int:
    """SQLite reads a negative limit as none."""
    return -1 if count_max is None else max(0, count_max)
