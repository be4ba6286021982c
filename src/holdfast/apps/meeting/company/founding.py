"""Founds a company: a new SQLite file with the books, shipments and incidents that a seed gives it."""

import sqlite3
import tomllib
from collections.abc import Iterable
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from random import Random

from holdfast.apps.meeting.company import books, services, traffic
from holdfast.apps.meeting.company.story import AS_OF, Story, told_by
from holdfast.kernel.errors import InputError

SHIPPED = files("holdfast.apps.meeting.company")
CURRENCY = "EUR"


def found(path: Path, seed: int) -> Story:
    """Make the company's file at ``path``; return what is true of it. Raises InputError if it cannot be made there.

    The same seed makes the same company, to the last row.
    """
    if path.exists():
        raise InputError(
            f"expected no file yet at '{path}', found one: name another folder, or go on with what it holds"
        )
    if not path.absolute().parent.is_dir():
        raise InputError(f"expected a folder for the company, found none at '{path.parent}': create it first")
    random = Random(seed)  # a company is no secret
    story = told_by(random)
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(unfinished)) as file:
            file.executescript(SHIPPED.joinpath("layout.sql").read_text("utf-8"))
            with file:
                _write(file, random, story)
        unfinished.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise InputError(f"expected to make a company at '{path}', found: {error}") from error
    return story


def _write(file: sqlite3.Connection, random: Random, story: Story) -> None:
    _fill(file, "company", [(story.company, AS_OF, CURRENCY)])
    for source, told in tomllib.loads(SHIPPED.joinpath("dictionary.toml").read_text("utf-8")).items():
        _fill(file, "sources", [(source, told.pop("system"), told.pop("meaning"))])
        _fill(file, "dictionary", [(source, field, meaning) for field, meaning in told.items()])
    _fill(file, "ledger", books.ledger(random, story))
    _fill(file, "invoices", books.invoices(random))
    known = list(traffic.carriers(random, story))
    _fill(file, "carriers", known)
    _fill(file, "shipments", traffic.shipments(random, story, {str(each[0]): float(str(each[2])) for each in known}))
    _fill(file, "incidents", services.incidents(random, story))
    _fill(file, "metrics", services.metrics(random, story))


def _fill(file: sqlite3.Connection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    for row in rows:
        file.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
