"""Founds a shop: a new SQLite file with a catalogue, customers, orders and the texts of its policies."""

import sqlite3
import tomllib
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from holdfast.kernel.errors import InputError

SHIPPED = files("holdfast.apps.support.shop")


def found(path: Path, today: date) -> None:
    """Make the shop's file at ``path``. Raises InputError if something is there already, or nothing can be made."""
    if path.exists():
        raise InputError(f"expected no file yet at '{path}', found one: name another, or go on with the shop it holds")
    if not path.absolute().parent.is_dir():
        raise InputError(f"expected a folder for the shop, found none at '{path.parent}': create it first")
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(unfinished)) as shop:
            shop.executescript(SHIPPED.joinpath("layout.sql").read_text("utf-8"))
            with shop:
                _stock(shop, tomllib.loads(SHIPPED.joinpath("stock.toml").read_text("utf-8")), today)
            shop.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        unfinished.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise InputError(f"expected to make a shop at '{path}', found: {error}") from error


def _stock(shop: sqlite3.Connection, stock: dict[str, Any], today: date) -> None:
    for customer in stock["customers"]:
        since = today - timedelta(days=customer.pop("days_ago"))
        shop.execute("INSERT INTO customers VALUES (?, ?, ?, ?, ?)", (*customer.values(), since.isoformat()))
    for sku, (name, kind, colour, price, count, returnable, description) in stock["products"].items():
        row = (sku, name, kind, colour, _cents(price), count, returnable, description)
        shop.execute("INSERT INTO products VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    for number, (customer, days_ago, status, delivered, tracking, *lines) in stock["orders"].items():
        placed_on = (today - timedelta(days=days_ago)).isoformat()
        delivered_on = (today - timedelta(days=delivered)).isoformat() if delivered >= 0 else None
        order = (number, customer, placed_on, status, delivered_on, tracking or None)
        shop.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", order)
        shop.executemany(
            "INSERT INTO lines SELECT ?, ?, sku, ?, price_cents FROM products WHERE sku = ?",
            [(number, index, quantity, sku) for index, (sku, quantity) in enumerate(lines, 1)],
        )
    policies = [(name, title, text) for name, (title, text) in stock["policies"].items()]
    shop.executemany("INSERT INTO policies VALUES (?, ?, ?)", policies)
    for index in ("catalogue", "handbook"):
        shop.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")


def _cents(price: str) -> int:
    return int(Decimal(price) * 100)
