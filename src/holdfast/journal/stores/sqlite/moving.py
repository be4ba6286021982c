"""A whole run out of the tables, and into them."""

import sqlite3

from holdfast.journal.port import Delivered, NewRun, Payload, Recorded
from holdfast.journal.stores.restoring import is_new, standing_of
from holdfast.journal.stores.sqlite import queries
from holdfast.journal.stores.sqlite.batch import Batch
from holdfast.journal.stores.sqlite.rows import write_rows
from holdfast.journal.stores.sqlite.statements import ADD_EVENT, ADD_LETTER, ADD_PAYLOAD, ADD_RUN, REQUESTED
from holdfast.journal.upkeep import Archive
from holdfast.kernel.errors import RunNotFound
from holdfast.kernel.ids import RunId

_RUN = """
    SELECT id, tenant, app, request_id, parent, title, seal, origin,
           created_at, updated_at, epoch, status, is_over, begun_by, commit_id
    FROM runs WHERE run = ?
"""
_PAYLOADS = "SELECT payload_id, body FROM payloads WHERE run_id = ? ORDER BY payload_id"


def archive(connection: sqlite3.Connection, run: RunId) -> Archive:
    """Return all that is held of ``run``, in one look. Raises RunNotFound."""
    connection.execute("BEGIN")
    try:
        return _archive(connection, run)
    finally:
        connection.execute("ROLLBACK")


def restore(batch: Batch, *, taken: Archive) -> bool:
    """Write ``taken`` into the open transaction; False if it is here already. Raises JournalError if it cannot be."""
    connection = batch.directly()
    letters = queries.inbox(connection, taken.run, 0)
    if not is_new(taken, _present(connection, taken.run), _requested(connection, taken.new), letters):
        return False
    new, now = taken.new, standing_of(taken)
    (row_id,) = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM runs").fetchall()[0]
    row = (
        *(row_id, taken.run, new.tenant, new.app, new.title, new.request_id, new.parent, taken.created_at),
        *(now.version, now.epoch, now.begun_by, now.commit_id, now.status, now.is_over),
        *(now.worker, now.lease_until, now.lease_seconds, now.wake_at, now.updated_at),
        *(new.seal, new.origin),
    )
    connection.execute(ADD_RUN, row)
    write_rows(connection, ADD_EVENT, ((row_id, event.version, event.at, event.body) for event in taken.events))
    write_rows(connection, ADD_PAYLOAD, ((row_id, kept.payload_id, kept.body) for kept in taken.payloads))
    write_rows(
        connection,
        ADD_LETTER,
        ((taken.run, letter.position, letter.letter_id, letter.body) for letter in taken.letters),
    )
    return True


def _archive(connection: sqlite3.Connection, run: RunId) -> Archive:
    rows = connection.execute(_RUN, (run,)).fetchall()
    if not rows:
        raise RunNotFound(f"run {run} does not exist")
    (row_id, tenant, app, request_id, parent, title, seal, origin, created_at, updated_at, *rest) = rows[0]
    epoch, status, is_over, begun_by, commit_id = rest
    return Archive(
        run=run,
        new=NewRun(tenant, app, request_id, parent, title, seal=seal, origin=origin),
        created_at=created_at,
        updated_at=updated_at,
        epoch=epoch,
        status=status,
        is_over=bool(is_over),
        begun_by=begun_by,
        commit_id=commit_id,
        events=tuple(Recorded(*row) for row in connection.execute(queries.EVENTS, (row_id, 0, -1)).fetchall()),
        payloads=tuple(Payload(*row) for row in connection.execute(_PAYLOADS, (row_id,)).fetchall()),
        letters=tuple(Delivered(*row) for row in connection.execute(queries.INBOX, (run, 0)).fetchall()),
    )


def _present(connection: sqlite3.Connection, run: RunId) -> Archive | None:
    try:
        return _archive(connection, run)
    except RunNotFound:
        return None


def _requested(connection: sqlite3.Connection, new: NewRun) -> RunId | None:
    if new.request_id is None:
        return None
    rows = connection.execute(REQUESTED, (new.tenant, new.request_id)).fetchall()
    return RunId(rows[0][0]) if rows else None
