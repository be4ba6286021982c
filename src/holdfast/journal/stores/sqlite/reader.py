"""Reads beside the writer: a few threads, each with its own connection and transactions no longer than a question."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from holdfast.journal.stores.sqlite.connection import Opener, connect, explained
from holdfast.journal.stores.sqlite.room import Room
from holdfast.kernel.errors import HoldfastError, JournalError, StoreClosed

READERS_MAX = 4
"""How many questions are answered at the same time; the next ones wait their turn."""

BRIEF_MAX = 1_000
"""How many brief questions may be on their way; the next ones wait their turn."""

T = TypeVar("T")


class _Asked(NamedTuple):
    question: Callable[[sqlite3.Connection], object]
    answer: asyncio.Future[Any]  # Any: each question has an answer of its own type


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
        self._loop = asyncio.get_running_loop()
        self._brief = Room(BRIEF_MAX)
        self._asked: list[_Asked] = []

    async def ask_briefly(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Return what ``question`` finds, as ``ask`` does. Only for what is found by an index in one look.

        Those asked in one turn of the event loop share a way to a thread and back, which costs three times as much as
        the look itself.
        """
        if not self._brief.enters():
            await self._brief.enter()
        try:
            self._check_open()
            if not self._asked:
                self._loop.call_soon(self._send)
            answer: asyncio.Future[T] = self._loop.create_future()
            self._asked.append(_Asked(question, answer))
            return await answer
        finally:
            self._brief.leave()

    async def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Return what ``question`` finds. Raises JournalError when SQLite cannot answer."""
        async with self._seats:
            self._check_open()
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
        self._send()
        await asyncio.to_thread(self._pool.shutdown)
        for connection in self._connections:
            connection.close()

    def _check_open(self) -> None:
        if self._is_closed:
            raise StoreClosed(f"the store {self._path} was closed: open it again")

    def _send(self) -> None:
        asked, self._asked = self._asked, []
        if asked:
            self._pool.submit(self._answer_all, asked)

    def _answer_all(self, asked: list[_Asked]) -> None:
        answers: list[object] = []
        try:
            answers.extend(self._answered(one.question) for one in asked)
        finally:  # nobody is left waiting, whatever went wrong
            answers += [JournalError(f"could not read {self._path}: its reader broke off")] * (
                len(asked) - len(answers)
            )
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(_hand_back, asked, answers)

    def _answered(self, question: Callable[[sqlite3.Connection], object]) -> object:
        """Return the answer; an error is one too, so that what is wrong with one question is no other's trouble."""
        try:
            return self._answer(question)
        except (HoldfastError, ValueError, TypeError, OverflowError) as failure:
            return failure

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


def _hand_back(asked: list[_Asked], answers: list[object]) -> None:
    for one, answer in zip(asked, answers, strict=True):
        if one.answer.done():  # whoever asked was cancelled
            continue
        if isinstance(answer, BaseException):
            one.answer.set_exception(answer)
        else:
            one.answer.set_result(answer)
