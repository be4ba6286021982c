"""The shop as one customer's support sees it: whatever it is asked, it answers for that customer alone."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from holdfast.apps.support.shop.records import Line, Order, OrderInBrief, Policy, Product
from holdfast.kernel.errors import InputError

BUSY_SECONDS = 5.0
FOUND_MAX = 20
POLICIES_MAX = 3
WORDS_MAX = 20
RETURN_DAYS = 30


class Shop:
    """One shop file, one customer, one day. Every method opens the file, and closes it again."""

    def __init__(self, path: Path, customer: str, today: date) -> None:
        self.path, self.customer, self.today = path, customer, today

    def check(self) -> str:
        """Return the customer's name. Raises InputError for a file that is no shop, or a customer it does not have."""
        if not self.path.is_file():
            raise InputError(f"expected a shop at '{self.path}', found none: make one with 'holdfast init support'")
        try:
            with self.reading() as shop:
                known = [id_ for (id_,) in shop.execute("SELECT id FROM customers ORDER BY id LIMIT ?", (FOUND_MAX,))]
                row = shop.execute("SELECT name FROM customers WHERE id = ?", (self.customer,)).fetchone()
        except sqlite3.Error as error:
            raise InputError(f"expected a shop at '{self.path}', found what is none: {error}") from error
        if row is None:
            raise InputError(f"expected a customer of the shop ({', '.join(known)}), found {self.customer!r}")
        return str(row["name"])

    def orders(self) -> list[OrderInBrief]:
        """Return the customer's orders, the newest first."""
        with self.reading() as shop:
            rows = shop.execute(
                "SELECT id, placed_on, status, (SELECT group_concat(p.colour || ' ' || p.name, ', ') FROM lines l "
                "JOIN products p USING (sku) WHERE l.order_id = o.id) AS holds FROM orders o WHERE customer = ? "
                "ORDER BY placed_on DESC, id DESC LIMIT ?",
                (self.customer, FOUND_MAX),
            ).fetchall()
        return [OrderInBrief(row["id"], row["placed_on"], row["status"], row["holds"]) for row in rows]

    def order(self, order_id: str) -> Order | None:
        """Return one order; None if the customer has none of that number, whoever else may."""
        with self.reading() as shop:
            return self.order_in(shop, order_id)

    def order_in(self, shop: sqlite3.Connection, order_id: str) -> Order | None:
        """Return the same, as the transaction ``shop`` sees it."""
        row = shop.execute("SELECT * FROM orders WHERE id = ? AND customer = ?", (order_id, self.customer)).fetchone()
        if row is None:
            return None
        lines = tuple(self._line(each, row["delivered_on"]) for each in shop.execute(_LINES, (order_id,)))
        refunded = shop.execute("SELECT total(amount_cents) FROM refunds WHERE order_id = ?", (order_id,)).fetchone()[0]
        paid = sum((line.paid for line in lines), Decimal(0))
        return Order(
            order_id=row["id"],
            placed_on=row["placed_on"],
            status=row["status"],
            delivered_on=row["delivered_on"],
            tracking=row["tracking"],
            lines=lines,
            paid=paid,
            refunded=money(int(refunded)),
        )

    def products(self, words: str, colour: str | None, price_max: Decimal | None) -> list[Product]:
        """Return what the catalogue has of ``colour`` up to a price: what is in stock and fits the words best first."""
        limits, given = "", list[object]()
        if colour is not None:
            limits, given = " AND p.colour = ? COLLATE NOCASE", [colour]
        if price_max is not None:
            limits, given = f"{limits} AND p.price_cents <= ?", [*given, int(price_max * 100)]
        with self.reading() as shop:
            rows = shop.execute(
                "SELECT p.* FROM catalogue JOIN products p ON p.rowid = catalogue.rowid "  # no value in it
                f"WHERE catalogue MATCH ?{limits} ORDER BY p.stock > 0 DESC, "
                "bm25(catalogue, 4, 8, 1, 1), p.sku LIMIT ?",
                (_any_of(words), *given, FOUND_MAX),
            ).fetchall()
        return [_product(row) for row in rows]

    def product(self, sku: str) -> Product | None:
        """Return the product with this number."""
        with self.reading() as shop:
            row = shop.execute("SELECT * FROM products WHERE sku = ?", (sku,)).fetchone()
        return None if row is None else _product(row)

    def policies(self, words: str) -> list[Policy]:
        """Return what the shop says of a matter, the text that fits the words best first."""
        with self.reading() as shop:
            rows = shop.execute(
                "SELECT p.* FROM handbook JOIN policies p ON p.rowid = handbook.rowid WHERE handbook MATCH ? "
                "ORDER BY bm25(handbook, 4, 1), p.id LIMIT ?",
                (_any_of(words), POLICIES_MAX),
            ).fetchall()
        return [Policy(row["id"], row["title"], row["body"]) for row in rows]

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open the file for reading only."""
        with closing(self._connect("ro")) as shop:
            yield shop

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open the file in a transaction that is committed if nothing is raised."""
        with closing(self._connect("rw")) as shop:
            shop.execute("BEGIN IMMEDIATE")
            with shop:
                yield shop

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        shop = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        shop.row_factory = sqlite3.Row
        shop.execute("PRAGMA foreign_keys = ON")
        shop.execute("PRAGMA synchronous = FULL")
        return shop

    def _line(self, row: sqlite3.Row, delivered_on: str | None) -> Line:
        until = None if delivered_on is None else date.fromisoformat(delivered_on) + timedelta(days=RETURN_DAYS)
        is_open = until is not None and self.today <= until and row["quantity"] > row["returned"]
        return Line(
            line=row["line"],
            sku=row["sku"],
            name=row["name"],
            colour=row["colour"],
            quantity=row["quantity"],
            price=money(row["price_cents"]),
            paid=money(row["price_cents"] * row["quantity"]),
            returned=row["returned"],
            return_until=None if until is None or not row["returnable"] else until.isoformat(),
            can_be_returned=bool(is_open and row["returnable"]),
        )


def money(cents: int) -> Decimal:
    """Return an amount that is kept in cents."""
    return Decimal(cents).scaleb(-2)


_LINES = (
    "SELECT l.*, p.name, p.colour, p.returnable, (SELECT coalesce(sum(r.quantity), 0) FROM returns r "
    "WHERE r.order_id = l.order_id AND r.line = l.line AND r.status <> 'cancelled') AS returned "
    "FROM lines l JOIN products p USING (sku) WHERE l.order_id = ? ORDER BY l.line"
)


def _product(row: sqlite3.Row) -> Product:
    return Product(
        sku=row["sku"],
        name=row["name"],
        kind=row["kind"],
        colour=row["colour"],
        price=money(row["price_cents"]),
        in_stock=row["stock"],
        description=row["description"],
    )


def _any_of(words: str) -> str:
    """Return a query for any of the words, whatever stands between them; without any, one that finds nothing."""
    return " OR ".join(f'"{word}"' for word in re.findall(r"\w+", words)[:WORDS_MAX]) or '""'
