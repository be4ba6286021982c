"""How far subscriptions have come, and what they have taken in, in tables."""

import json
import sqlite3
from collections.abc import Sequence

from holdfast.journal.bus import OPEN, Delivery, DeliveryFilter, DeliveryState, Position
from holdfast.journal.stores.routing import check_topic
from holdfast.journal.stores.sqlite import events
from holdfast.journal.stores.sqlite.rows import write_rows
from holdfast.kernel.ids import EventId, RunId

_POSITION = "SELECT name, topic, app, position, generation FROM subscriptions "
_SUBSCRIBE = """
    INSERT INTO subscriptions (name, topic, app, position, generation)
    VALUES (?1, ?2, ?3, CASE WHEN ?4 THEN 0 ELSE coalesce((SELECT last FROM topics WHERE topic = ?2), 0) END, 1)
    ON CONFLICT (name) DO UPDATE SET app = excluded.app
"""
_REWIND = "UPDATE subscriptions SET position = ?, generation = generation + 1 WHERE name = ?"
_UNTAKE = "DELETE FROM deliveries WHERE subscription = ? AND state = ?"
_ADVANCE = "UPDATE subscriptions SET position = ? WHERE name = ? AND generation = ? AND position = ?"
_COLUMNS = "subscription, generation, place, event_id, tenant, state, key, run, reason, at"
_TAKE = f"INSERT INTO deliveries ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_SETTLE = """
    UPDATE deliveries SET state = ?, key = ?, run = ?, reason = ?, at = ?
    WHERE subscription = ? AND generation = ? AND place = ?
"""
_DELIVERY = f"SELECT {_COLUMNS} FROM deliveries "
OF_STATE = _DELIVERY + "WHERE subscription = ? AND state = ? ORDER BY place, generation LIMIT ?"
_HELD = (*OPEN, DeliveryState.UNDELIVERED)
_TAKEN_IN = "SELECT min(position) FROM subscriptions WHERE subscriptions.topic = one.topic"
_OWED = """
    SELECT min(deliveries.place) FROM deliveries JOIN subscriptions ON name = subscription
    WHERE subscriptions.topic = one.topic AND state IN (?, ?, ?)
"""
_PRUNABLE = f"""
    SELECT event_id FROM published AS one
    WHERE at < ? AND place <= coalesce(({_TAKEN_IN}), place) AND place < coalesce(({_OWED}), place + 1)
    ORDER BY topic, place LIMIT ?
"""


def subscribe(connection: sqlite3.Connection, name: str, topic: str, app: str, *, from_start: bool) -> Position:
    """Return how far the subscription has come; a new one begins at the topic's end, or at its start."""
    known = connection.execute(_POSITION + "WHERE name = ?", (name,)).fetchall()
    if known:
        check_topic(_position(known[0]), topic)
    connection.execute(_SUBSCRIBE, (name, topic, app, from_start))
    return _position(connection.execute(_POSITION + "WHERE name = ?", (name,)).fetchall()[0])


def positions(connection: sqlite3.Connection) -> tuple[Position, ...]:
    """Return how far each subscription has come."""
    return tuple(_position(row) for row in connection.execute(_POSITION + "ORDER BY name").fetchall())


def rewind(connection: sqlite3.Connection, name: str, position: int) -> Position | None:
    """Begin a new generation after ``position``."""
    if not connection.execute(_REWIND, (max(0, position), name)).rowcount:
        return None
    connection.execute(_UNTAKE, (name, DeliveryState.WAITING))
    return _position(connection.execute(_POSITION + "WHERE name = ?", (name,)).fetchall()[0])


def unsubscribe(connection: sqlite3.Connection, name: str) -> bool:
    """Forget the subscription and its deliveries."""
    connection.execute("DELETE FROM deliveries WHERE subscription = ?", (name,))
    return connection.execute("DELETE FROM subscriptions WHERE name = ?", (name,)).rowcount > 0


def advance(connection: sqlite3.Connection, was: Position, position: int, taken: Sequence[Delivery]) -> bool:
    """Move the subscription on, if it still is where it was."""
    if not connection.execute(_ADVANCE, (position, was.name, was.generation, was.position)).rowcount:
        return False
    write_rows(connection, _TAKE, [_row(each) for each in taken])
    return True


def settle(connection: sqlite3.Connection, deliveries: Sequence[Delivery]) -> None:
    """Say where deliveries stand now."""
    rows = [
        (
            *(each.state, each.key, each.run, each.reason, each.at),
            *(each.subscription, each.generation, each.offset),
        )
        for each in deliveries
    ]
    connection.executemany(_SETTLE, rows)


def matching(connection: sqlite3.Connection, which: DeliveryFilter) -> tuple[Delivery, ...]:
    """Return the deliveries that match."""
    count_max = max(0, which.count_max)
    if which.subscription is not None and len(which.states) == 1 and which.event_id is None:
        rows = connection.execute(OF_STATE, (which.subscription, which.states[0], count_max))
        return tuple(_delivery(row) for row in rows.fetchall())
    clauses, values = ["1 = 1"], list[str | int]()
    for clause, value in (("subscription = ?", which.subscription), ("event_id = ?", which.event_id)):
        if value is not None:
            clauses.append(clause)
            values.append(value)
    if which.states:
        clauses.append("state IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(which.states))
    query = f"{_DELIVERY} WHERE {' AND '.join(clauses)} ORDER BY place, generation, subscription LIMIT ?"
    return tuple(_delivery(row) for row in connection.execute(query, (*values, count_max)).fetchall())


def prune(connection: sqlite3.Connection, before: float, count_max: int) -> int:
    """Remove the oldest events that nobody has to see to any more."""
    found = connection.execute(_PRUNABLE, (before, *_HELD, max(0, count_max))).fetchall()
    events.forgotten(connection, [EventId(event_id) for (event_id,) in found])
    return len(found)


def _position(row: tuple[str, str, str, int, int]) -> Position:
    name, topic, app, position, generation = row
    return Position(name=name, topic=topic, app=app, position=position, generation=generation)


def _row(each: Delivery) -> tuple[object, ...]:
    return (
        *(each.subscription, each.generation, each.offset, each.event_id, each.tenant, each.state, each.key, each.run),
        *(each.reason, each.at),
    )


def _delivery(
    row: tuple[str, int, int, str, str, str, str | None, str | None, str, float],
) -> Delivery:
    subscription, generation, offset, event_id, tenant, state, key, run, reason, at = row
    return Delivery(
        subscription=subscription,
        generation=generation,
        offset=offset,
        event_id=EventId(event_id),
        tenant=tenant,
        state=DeliveryState(state),
        key=key,
        run=None if run is None else RunId(run),
        reason=reason,
        at=at,
    )
