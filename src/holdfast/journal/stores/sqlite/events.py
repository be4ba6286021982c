"""The events of the bus in tables, and the waits of runs that they are told to.

They are written as they come, not gathered: an event must find the waits that began before it in its own transaction.
"""

import json
import sqlite3
from collections.abc import Sequence

from holdfast.journal.bus import (
    BACKLOG_MAX,
    BusEvent,
    EventFilter,
    EventWait,
    Met,
    Publication,
    TopicHead,
)
from holdfast.journal.port import Letter
from holdfast.journal.stores.routing import letter_to
from holdfast.kernel.ids import EventId, RunId

_EVENT = "SELECT event_id, tenant, topic, place, body, at, key, run, step, caused_by, hops FROM published "
NAMED = _EVENT + "WHERE event_id = ?"
OF_TOPIC = _EVENT + "WHERE topic = ? AND place > ? ORDER BY place LIMIT ?"
OF_CAUSE = _EVENT + "WHERE caused_by = ? ORDER BY rowid LIMIT ?"
OF_RUN = _EVENT + "WHERE run = ? ORDER BY rowid LIMIT ?"
_ADVANCE = """
    INSERT INTO topics (topic, last, at) VALUES (?, 1, ?)
    ON CONFLICT (topic) DO UPDATE SET last = last + 1, at = excluded.at
"""
_LAST = "SELECT last FROM topics WHERE topic = ?"
_ADD = """
    INSERT INTO published (topic, place, event_id, tenant, key, body, at, run, step, caused_by, hops)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
WAITING = """
    SELECT run, number FROM event_waits
    WHERE topic = ? AND tenant = ? AND (key IS NULL OR key = ?) AND NOT is_over
"""
_BEGIN_WAIT = """
    INSERT INTO event_waits (run, number, tenant, topic, key, is_over) VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING
"""
_END_WAIT = "UPDATE event_waits SET is_over = 1, met = ? WHERE run = ? AND number = ? AND NOT is_over"
_BEFORE = """
    SELECT event_id FROM published
    WHERE topic = ? AND tenant = ? AND (?3 IS NULL OR key = ?3) AND at >= ? ORDER BY place LIMIT ?
"""
_MET_BY = "SELECT run, number FROM event_waits WHERE met = ? ORDER BY run, number"
_TOPICS = """
    SELECT topic, last, (SELECT count(*) FROM published WHERE published.topic = topics.topic), at
    FROM topics ORDER BY topic
"""
EMPTY_PUBLISHED = "UPDATE published SET body = ? WHERE run = ?"
END_WAITS = "UPDATE event_waits SET is_over = 1 WHERE run = ? AND NOT is_over"
FORGET_WAITS = "DELETE FROM event_waits WHERE run = ?"


def publish(
    connection: sqlite3.Connection, run: RunId | None, publications: Sequence[Publication], now: float
) -> list[Letter]:
    """Take in what is published, and return the letters that tell waits of it."""
    letters = []
    for each in publications:
        if connection.execute(NAMED, (each.event_id,)).fetchall():
            continue
        connection.execute(_ADVANCE, (each.topic, now))
        ((place,),) = connection.execute(_LAST, (each.topic,)).fetchall()
        row = (
            *(each.topic, place, each.event_id, each.tenant, each.key, each.body, now, run),
            *(each.step, each.caused_by, each.hops),
        )
        connection.execute(_ADD, row)
        waits = sorted(connection.execute(WAITING, (each.topic, each.tenant, each.key)).fetchall())
        letters += [letter_to(RunId(waiting), number, each.event_id) for waiting, number in waits]
    return letters


def wait(connection: sqlite3.Connection, run: RunId, waits: Sequence[EventWait]) -> list[Letter]:
    """Take in what a run says of its waits; return the letters that tell of what was there before."""
    letters = []
    for each in waits:
        if each.is_over:
            connection.execute(_END_WAIT, (each.met, run, each.number))
            continue
        row = (run, each.number, each.tenant, each.topic, each.key)
        is_new = connection.execute(_BEGIN_WAIT, row).rowcount > 0
        if is_new and each.since is not None:
            found = connection.execute(_BEFORE, (each.topic, each.tenant, each.key, each.since, BACKLOG_MAX))
            letters += [letter_to(run, each.number, EventId(event_id)) for (event_id,) in found.fetchall()]
    return letters


def named(connection: sqlite3.Connection, ids: Sequence[EventId]) -> tuple[BusEvent, ...]:
    """Return the events of those ids, in their order; what is not there is left out."""
    return tuple(_event(row) for event_id in ids for row in connection.execute(NAMED, (event_id,)).fetchall())


def matching(connection: sqlite3.Connection, which: EventFilter) -> tuple[BusEvent, ...]:
    """Return the events that match, in the order in which they became durable."""
    count_max = max(0, which.count_max)
    if which.caused_by is not None:
        rows = connection.execute(OF_CAUSE, (which.caused_by, count_max))
    elif which.run is not None:
        rows = connection.execute(OF_RUN, (which.run, count_max))
    else:
        rows = connection.execute(OF_TOPIC, (which.topic, which.after, count_max))
    return tuple(_event(row) for row in rows.fetchall())


def topics(connection: sqlite3.Connection) -> tuple[TopicHead, ...]:
    """Return every topic."""
    return tuple(TopicHead(*row) for row in connection.execute(_TOPICS).fetchall())


def met_by(connection: sqlite3.Connection, event_id: EventId) -> tuple[Met, ...]:
    """Return the waits that the event has ended."""
    return tuple(Met(RunId(run), number) for run, number in connection.execute(_MET_BY, (event_id,)).fetchall())


def forgotten(connection: sqlite3.Connection, ids: Sequence[EventId]) -> None:
    """Remove the events of those ids, with their deliveries."""
    told = json.dumps(ids)
    connection.execute("DELETE FROM deliveries WHERE event_id IN (SELECT value FROM json_each(?))", (told,))
    connection.execute("DELETE FROM published WHERE event_id IN (SELECT value FROM json_each(?))", (told,))


def _event(row: tuple[str, str, str, int, bytes, float, str | None, str | None, str, str | None, int]) -> BusEvent:
    event_id, tenant, topic, offset, body, at, key, run, step, caused_by, hops = row
    return BusEvent(
        event_id=EventId(event_id),
        tenant=tenant,
        topic=topic,
        offset=offset,
        body=body,
        at=at,
        key=key,
        run=None if run is None else RunId(run),
        step=step,
        caused_by=None if caused_by is None else EventId(caused_by),
        hops=hops,
    )
