"""What runs share, and the leases they hold, in tables."""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from holdfast.journal.leases import Lease, LeaseHeld
from holdfast.journal.port import Overtaken
from holdfast.journal.shared import Place, SharedValue, SharedWrite, place_of
from holdfast.journal.stores.leasing import leased, released, renewed
from holdfast.journal.stores.sqlite.rows import write_rows
from holdfast.kernel.ids import RunId

_VERSION = "SELECT version FROM shared WHERE tenant = ? AND app = ? AND name = ?"
_WRITE = """
    INSERT INTO shared (tenant, app, name, version, body, run, at) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (tenant, app, name) DO UPDATE
    SET version = excluded.version, body = excluded.body, run = excluded.run, at = excluded.at
"""
_ALL = "SELECT name, version, body, run, at FROM shared WHERE tenant = ? AND app = ? ORDER BY name"
_NAMED = """
    SELECT name, version, body, run, at FROM shared
    WHERE tenant = ? AND app = ? AND name IN (SELECT value FROM json_each(?)) ORDER BY name
"""
EMPTY_SHARED = "UPDATE shared SET body = ? WHERE run = ? AND body IS NOT NULL"
_LEASE = "SELECT tenant, name, owner, token, until FROM leases WHERE tenant = ? AND name = ?"
_GIVE = "INSERT OR REPLACE INTO leases (tenant, name, owner, token, until) VALUES (?, ?, ?, ?, ?)"


class SharedRows:
    """What the commits of one transaction write that runs share."""

    def __init__(self) -> None:
        self._rows: dict[Place, tuple[object, ...]] = {}
        self._versions: dict[Place, int] = {}

    def overtaken(self, connection: sqlite3.Connection, writes: Iterable[SharedWrite]) -> Overtaken | None:
        """Return what of ``writes`` is based on a version that is not the present one."""
        for write in writes:
            version = self._version(connection, place_of(write))
            if version != write.base:
                return Overtaken(write.name, version)
        return None

    def enter(self, run: RunId, writes: Iterable[SharedWrite], now: float) -> None:
        """Take ``writes`` in, none of which is overtaken."""
        for write in writes:
            place = place_of(write)
            self._versions[place] = version = write.base + 1
            self._rows[place] = (*place, version, write.body, run, now)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write what was taken in."""
        write_rows(connection, _WRITE, self._rows.values())

    def _version(self, connection: sqlite3.Connection, place: Place) -> int:
        if place not in self._versions:
            rows = connection.execute(_VERSION, place).fetchall()
            self._versions[place] = rows[0][0] if rows else 0
        return self._versions[place]


def read(connection: sqlite3.Connection, tenant: str, app: str, names: Sequence[str] | None) -> tuple[SharedValue, ...]:
    """Return what was written under those names, by default under any."""
    if names is None:
        rows = connection.execute(_ALL, (tenant, app)).fetchall()
    else:
        rows = connection.execute(_NAMED, (tenant, app, json.dumps(list(names)))).fetchall()
    return tuple(SharedValue(name, version, body, RunId(run), at) for name, version, body, run, at in rows)


def lease(connection: sqlite3.Connection, wanted: Lease, seconds: float, now: float) -> Lease | LeaseHeld:
    """Give a lease, or say who has it."""
    answer = leased(_kept(connection, wanted), wanted, seconds, now)
    if isinstance(answer, Lease):
        _keep(connection, answer)
    return answer


def renew(connection: sqlite3.Connection, given: Lease, seconds: float, now: float) -> Lease | None:
    """Renew a lease that is still the last one given."""
    answer = renewed(_kept(connection, given), given, seconds, now)
    if answer is not None:
        _keep(connection, answer)
    return answer


def release(connection: sqlite3.Connection, given: Lease) -> None:
    """Take a lease back; its token stays known."""
    kept = released(_kept(connection, given), given)
    if kept is not None:
        _keep(connection, kept)


def _kept(connection: sqlite3.Connection, wanted: Lease) -> Lease | None:
    rows = connection.execute(_LEASE, (wanted.tenant, wanted.name)).fetchall()
    return Lease(*rows[0]) if rows else None


def _keep(connection: sqlite3.Connection, given: Lease) -> None:
    connection.execute(_GIVE, (given.tenant, given.name, given.owner, given.token, given.until))
