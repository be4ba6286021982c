"""Reads beside the writer: a few threads, each with its own connection and transactions no longer than a question."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from holdfast.journal.stores.sqlite.connection import Opener, connect, explained
from holdfast.kernel.errors import StoreClosed

READERS_MAX = 4
"""How many questions are answered at the same time; the next ones wait their turn."""

T = TypeVar("T")


class Reader:
    """Owns the reading connections. Made and used on one event loop."""

    def __init__(self, path: Path, opener: Opener = sqlite3.connect) -> None:
        self._path, self._opener = path, opener
        self._pool = ThreadPoolExecutor(READERS_MAX, thread_name_prefix="holdfast-reader")
        self._seats = asyncio.Semaphore(READERS_MAX)
        self._own = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._watch: sqlite3.Connection | None = None
        self._is_closed = False

    async def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Return what ``question`` finds. Raises JournalError when SQLite cannot answer."""
        async with self._seats:
            if self._is_closed:
                raise StoreClosed(f"the store {self._path} was closed: open it again")
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._answer, question)

    def change_counter(self) -> int:
        """Return a number that differs whenever anyone, in whatever process, has written since the last call."""
        if self._watch is None:
            self._watch = self._connect()
        try:
            (counter,) = self._watch.execute("PRAGMA data_version").fetchall()[0]
        except sqlite3.Error as failure:
            raise explained(self._path, "read", failure) from failure
        return int(counter)

    async def close(self) -> None:
        """Answer what was asked, then let go of the connections."""
        self._is_closed = True
        await asyncio.to_thread(self._pool.shutdown)
        for connection in self._connections:
            connection.close()

    def _answer(self, question: Callable[[sqlite3.Connection], T]) -> T:
        try:
            connection = getattr(self._own, "connection", None)
            if connection is None:
                connection = self._own.connection = self._connect()
            return question(connection)
        except sqlite3.Error as failure:
            raise explained(self._path, "read", failure) from failure

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = connect(self._path, writes=False, opener=self._opener)
        except sqlite3.Error as failure:
            raise explained(self._path, "read", failure) from failure
        self._connections.append(connection)
        return connection
