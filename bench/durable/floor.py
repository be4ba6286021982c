"""The floor: what a journal costs that does nothing but append, a row a step, one flush for whatever is waiting.

No agent, no state, no recovery: no engine that is durable can be faster on SQLite than this by much.
"""

import asyncio
import contextlib
import json
import queue
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from bench.durable.measure import Figures, Job, measure, report
from bench.durable.work import TURNS, Writer, reply_value, result_value

GROUP_MAX = 2_000
"""How many rows share one flush."""

Row = tuple[int, int, str, str]

TABLE = """
    CREATE TABLE journal (run INTEGER, step INTEGER, kind TEXT, body TEXT, PRIMARY KEY (run, step)) WITHOUT ROWID
"""


class Appender:
    """One thread that writes all that waits in one transaction, flushed before it is acknowledged."""

    def __init__(self, path: Path) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: queue.SimpleQueue[tuple[Row, asyncio.Future[None]] | None] = queue.SimpleQueue()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(TABLE)
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    async def append(self, row: Row) -> None:
        """Return once the row is on the disk."""
        written: asyncio.Future[None] = self._loop.create_future()
        self._waiting.put((row, written))
        await written

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join()
        self._connection.close()

    def _write(self) -> None:
        while (first := self._waiting.get()) is not None:
            group = [first, *self._more()]
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT INTO journal VALUES (?, ?, ?, ?)", [row for row, _ in group])
            self._connection.execute("COMMIT")
            self._loop.call_soon_threadsafe(_acknowledge, [written for _, written in group])

    def _more(self) -> Iterator[tuple[Row, asyncio.Future[None]]]:
        with contextlib.suppress(queue.Empty):
            for _ in range(GROUP_MAX - 1):
                pending = self._waiting.get_nowait()
                if pending is None:
                    self._waiting.put(None)
                    return
                yield pending


def _acknowledge(written: list[asyncio.Future[None]]) -> None:
    for each in written:
        each.set_result(None)


@contextmanager
def appending(path: Path) -> Iterator[Appender]:
    """Open an appender to a new file."""
    appender = Appender(path)
    try:
        yield appender
    finally:
        appender.close()


async def floor(job: Job) -> Figures:
    """Measure bare appends."""
    writer, numbers = Writer(), count()
    with appending(job.folder / "floor.db") as appender:

        async def do_run() -> None:
            run, steps = next(numbers), count()
            for turn in range(1, TURNS + 1):
                await appender.append((run, next(steps), "reply", json.dumps(reply_value(writer, turn))))
                await appender.append((run, next(steps), "result", json.dumps(result_value(writer, turn))))

        return await measure(job, do_run)


if __name__ == "__main__":
    report(floor)
