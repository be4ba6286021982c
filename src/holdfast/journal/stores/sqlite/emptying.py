"""Content, out of the tables; the runs it belonged to stay."""

import sqlite3
from collections.abc import Sequence

import msgspec

from holdfast.journal.sealing.envelope import ERASED
from holdfast.journal.stores.sqlite import books
from holdfast.journal.stores.sqlite.batch import Batch
from holdfast.journal.stores.sqlite.events import EMPTY_PUBLISHED, END_WAITS
from holdfast.journal.stores.sqlite.shared import EMPTY_SHARED
from holdfast.journal.upkeep import Removed
from holdfast.kernel.ids import PayloadId, RunId

_FULL = "SELECT id, run FROM runs WHERE erased_at IS NULL AND run IN (SELECT value FROM json_each(?))"
_EVENTS = "SELECT count(*), coalesce(sum(length(body)), 0) FROM events WHERE run_id = ?"
_PAYLOADS = "SELECT count(*), coalesce(sum(length(body)), 0) FROM payloads WHERE run_id = ?"
_DISCARDED = """
    SELECT payload_id, length(body) FROM payloads
    WHERE run_id = (SELECT id FROM runs WHERE run = ? AND is_over) AND payload_id IN (SELECT value FROM json_each(?))
"""
_DISCARD = "DELETE FROM payloads WHERE run_id = (SELECT id FROM runs WHERE run = ?) AND payload_id = ?"
_END = """
    UPDATE runs SET epoch = epoch + 1, status = ?, is_over = 1, worker = '', lease_until = 0, lease_seconds = 0,
                    wake_at = NULL
    WHERE id = ? AND NOT is_over
"""


def discard(batch: Batch, *, run: RunId, payloads: Sequence[PayloadId]) -> Removed:
    """Remove those payloads of ``run`` if it is over."""
    connection = batch.directly()
    found = connection.execute(_DISCARDED, (run, msgspec.json.encode(payloads).decode())).fetchall()
    connection.executemany(_DISCARD, [(run, payload_id) for payload_id, _ in found])
    return Removed(payloads=len(found), bytes=sum(size for _, size in found))


def empty(batch: Batch, *, runs: Sequence[RunId], ended_as: str, now: float) -> Removed:
    """Take out all that ``runs`` hold; a run that is empty stays as it is."""
    connection = batch.directly()
    removed = Removed()
    for row_id, run in connection.execute(_FULL, (msgspec.json.encode(runs).decode(),)).fetchall():
        removed += _weight(connection, row_id)
        connection.execute("UPDATE events SET body = ? WHERE run_id = ?", (ERASED, row_id))
        connection.execute("DELETE FROM payloads WHERE run_id = ?", (row_id,))
        connection.execute("DELETE FROM snapshots WHERE run_id = ?", (row_id,))
        connection.execute("UPDATE inbox SET body = ? WHERE run = ?", (ERASED, run))
        books.spend_held(connection, row_id)
        connection.execute(EMPTY_SHARED, (ERASED, run))
        connection.execute(EMPTY_PUBLISHED, (ERASED, run))
        connection.execute(END_WAITS, (run,))
        connection.execute(_END, (ended_as, row_id))
        connection.execute("UPDATE runs SET title = '', request_id = NULL, erased_at = ? WHERE id = ?", (now, row_id))
    return removed


def _weight(connection: sqlite3.Connection, row_id: int) -> Removed:
    events, event_bytes = connection.execute(_EVENTS, (row_id,)).fetchall()[0]
    payloads, payload_bytes = connection.execute(_PAYLOADS, (row_id,)).fetchall()[0]
    return Removed(1, events, payloads, event_bytes + payload_bytes)
