"""Runs that ended, out of the tables with all that belongs to them."""

import sqlite3
from collections.abc import Sequence

import msgspec

from holdfast.journal.port import Recorded
from holdfast.journal.references import unreferenced
from holdfast.journal.stores.sqlite import queries
from holdfast.journal.stores.sqlite.batch import Batch
from holdfast.journal.stores.sqlite.events import FORGET_WAITS
from holdfast.journal.upkeep import Removed
from holdfast.kernel.ids import PayloadId, RunId

_ENDED = """
    SELECT run FROM runs AS one WHERE is_over AND updated_at < ?
    AND NOT EXISTS (SELECT 1 FROM runs AS above WHERE above.run = one.parent AND NOT above.is_over)
    ORDER BY updated_at, id LIMIT ?
"""
_OVER = "SELECT id, run FROM runs WHERE is_over AND run IN (SELECT value FROM json_each(?))"
_WEIGHT = "SELECT count(*), coalesce(sum(length(body)), 0) FROM {table} WHERE run_id = ?"
_EVENTS, _PAYLOADS = _WEIGHT.format(table="events"), _WEIGHT.format(table="payloads")
_SIZES = "SELECT payload_id, length(body) FROM payloads WHERE run_id = ?"


def ended(connection: sqlite3.Connection, before: float, count_max: int) -> tuple[RunId, ...]:
    """Return runs that were over before that instant, oldest first."""
    return tuple(RunId(run) for (run,) in connection.execute(_ENDED, (before, max(0, count_max))).fetchall())


def weigh(connection: sqlite3.Connection, runs: Sequence[RunId]) -> Removed:
    """Return what removing ``runs`` would take out."""
    whole = Removed()
    for row_id, _ in _over(connection, runs):
        events, event_bytes = connection.execute(_EVENTS, (row_id,)).fetchall()[0]
        payloads, payload_bytes = connection.execute(_PAYLOADS, (row_id,)).fetchall()[0]
        whole += Removed(1, events, payloads, event_bytes + payload_bytes)
    return whole


def remove(batch: Batch, *, runs: Sequence[RunId]) -> Removed:
    """Remove those of ``runs`` that are over; events, payloads and snapshots go with them by their foreign keys."""
    connection = batch.directly()
    removed = weigh(connection, runs)
    for row_id, run in _over(connection, runs):
        connection.execute("DELETE FROM inbox WHERE run = ?", (run,))
        connection.execute(FORGET_WAITS, (run,))
        connection.execute("DELETE FROM runs WHERE id = ?", (row_id,))
    return removed


def trim(batch: Batch, *, runs: Sequence[RunId]) -> Removed:
    """Remove payloads that no event points at from those of ``runs`` that are over."""
    connection = batch.directly()
    removed = Removed()
    for row_id, _ in _over(connection, runs):
        sizes: dict[PayloadId, int] = dict(connection.execute(_SIZES, (row_id,)).fetchall())
        entries = (Recorded(*row) for row in connection.execute(queries.EVENTS, (row_id, 0, -1)))
        for orphan in unreferenced(entries, sizes):
            connection.execute("DELETE FROM payloads WHERE run_id = ? AND payload_id = ?", (row_id, orphan))
            removed += Removed(payloads=1, bytes=sizes[orphan])
    return removed


def _over(connection: sqlite3.Connection, runs: Sequence[RunId]) -> list[tuple[int, RunId]]:
    return connection.execute(_OVER, (msgspec.json.encode(runs).decode(),)).fetchall()
