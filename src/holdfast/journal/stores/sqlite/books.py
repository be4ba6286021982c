"""The ledger in tables: what was spent, a row a day, tenant and app; what is held, a row a run and day."""

import sqlite3
from collections.abc import Sequence

from holdfast.journal.ledger import Charged, Entries
from holdfast.journal.stores.sqlite.rows import write_rows
from holdfast.kernel.charges import Charge

_SPEND = """
    INSERT INTO spent (day, tenant, app, tokens, nano_usd, unpriced) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET tokens = tokens + excluded.tokens, nano_usd = nano_usd + excluded.nano_usd,
                              unpriced = unpriced + excluded.unpriced
"""
_HOLD = (
    "INSERT OR REPLACE INTO held (run_id, day, tenant, app, tokens, nano_usd, unpriced) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_RELEASE = "DELETE FROM held WHERE (run_id, day) IN (VALUES (?, ?))"
_SPEND_HELD = """
    INSERT INTO spent (day, tenant, app, tokens, nano_usd, unpriced)
        SELECT day, tenant, app, tokens, nano_usd, unpriced FROM held WHERE run_id = ?
    ON CONFLICT DO UPDATE SET tokens = tokens + excluded.tokens, nano_usd = nano_usd + excluded.nano_usd,
                              unpriced = unpriced + excluded.unpriced
"""
_CHARGED = """
    SELECT tenant, app, sum(tokens), sum(nano_usd), sum(unpriced),
           sum(held_tokens), sum(held_nano_usd), sum(held_unpriced) FROM (
        SELECT tenant, app, tokens, nano_usd, unpriced, 0 AS held_tokens, 0 AS held_nano_usd, 0 AS held_unpriced
        FROM spent WHERE day BETWEEN ?1 AND ?2
        UNION ALL
        SELECT tenant, app, 0, 0, 0, tokens, nano_usd, unpriced FROM held WHERE day BETWEEN ?1 AND ?2
    )
    GROUP BY tenant, app ORDER BY tenant, app
"""


class Books:
    """What the commits of one transaction enter, gathered: a row a run and day, and one a day, tenant and app."""

    def __init__(self) -> None:
        self._spent: dict[tuple[int, str, str], list[int]] = {}
        self._held: dict[tuple[int, int], tuple[int, int, str, str, int, int, int]] = {}

    def enter(self, row_id: int, entries: Entries) -> None:
        """Take in what one commit enters."""
        tenant, app = entries.tenant, entries.app
        for each in entries.charges:
            held = (each.held_tokens, each.held_nano_usd, each.held_unpriced)
            self._held[row_id, each.day] = (row_id, each.day, tenant, app, *held)
            if each.tokens or each.nano_usd or each.unpriced:
                spent = self._spent.setdefault((each.day, tenant, app), [0, 0, 0])
                spent[0] += each.tokens
                spent[1] += each.nano_usd
                spent[2] += each.unpriced

    def write(self, connection: sqlite3.Connection) -> None:
        """Write what was entered."""
        if not self._held:
            return
        write_rows(connection, _SPEND, [(*key, *amounts) for key, amounts in self._spent.items()])
        write_rows(connection, _HOLD, [row for row in self._held.values() if row[4] or row[5]])
        write_rows(connection, _RELEASE, [row[:2] for row in self._held.values() if not (row[4] or row[5])])


def spend_held(connection: sqlite3.Connection, row_id: int) -> None:
    """Charge in full what a run holds that nobody will drive again."""
    connection.execute(_SPEND_HELD, (row_id,))
    connection.execute("DELETE FROM held WHERE run_id = ?", (row_id,))


def charged(connection: sqlite3.Connection, first_day: int, last_day: int) -> Sequence[Charged]:
    """Return what was charged in those days, by tenant and app."""
    rows = connection.execute(_CHARGED, (first_day, last_day)).fetchall()
    return tuple(Charged(tenant, app, Charge(first_day, *amounts)) for tenant, app, *amounts in rows)
