"""Another process at the same database file: what it does is its first argument, the file its second.

It says ``ready``, or one line for each acknowledged commit, and goes on until its standard input ends.
"""

import asyncio
import itertools
import os
import sys
from pathlib import Path

from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.clock import SystemClock
from holdfast.kernel.errors import StoreLocked
from holdfast.kernel.ids import RunId
from holdfast.testing.conformance.journal.samples import drive, following, letter, payload

RUNS_AT_ONCE = 4
LETTERS = 20


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


async def commit_for_ever(path: Path) -> None:
    """Drive runs; say each commit once it is acknowledged."""
    store = SqliteStore(path, SystemClock())
    await store.open()

    async def keep_on(run: RunId) -> None:
        claim = await drive(store, run)
        for version in itertools.count(1):
            await store.commit(following(claim, version, payloads=(payload(f"p{version}", os.urandom(1500)),)))
            say(run, version + 1)

    await asyncio.gather(*(keep_on(RunId(f"run_{os.getpid()}_{number}")) for number in range(RUNS_AT_ONCE)))


async def crash_at(path: Path, number: int) -> None:
    """Drive one run; die at the point that is reached as number ``number``."""
    reached = itertools.count(1)

    def die(point: str) -> None:
        if next(reached) == number:
            os._exit(137)

    store = SqliteStore(path, SystemClock(), on_point=die)
    await store.open()
    claim = await drive(store)
    for version in range(1, 4):
        await store.commit(
            following(claim, version, payloads=(payload(f"p{version}"),), letters=(letter(f"l{version}"),))
        )
        say(claim.run, version + 1)
    await store.close()


async def post(path: Path) -> None:
    """Post letters while another process drives."""
    store = SqliteStore(path, SystemClock(), drives=False)
    await store.open()
    for number in range(LETTERS):
        await store.post([letter(f"l{number}")])
    await store.close()


async def hold(path: Path) -> None:
    """Drive until standard input ends."""
    store = SqliteStore(path, SystemClock())
    await store.open()
    say("ready")
    await asyncio.to_thread(sys.stdin.read)
    await store.close()


async def open_once(path: Path) -> None:
    """Open, as driver if nobody is, else as follower, at the same moment as others do."""
    say("ready")
    sys.stdin.read()
    store = SqliteStore(path, SystemClock())
    try:
        await store.open()
    except StoreLocked:
        store = SqliteStore(path, SystemClock(), drives=False)
        await store.open()
    await store.post([letter(f"from-{os.getpid()}")])
    await store.close()


def main(task: str, path: Path, *more: str) -> None:
    match task:
        case "commit":
            asyncio.run(commit_for_ever(path))
        case "crash":
            asyncio.run(crash_at(path, int(more[0])))
        case "post":
            asyncio.run(post(path))
        case "hold":
            asyncio.run(hold(path))
        case "open":
            asyncio.run(open_once(path))
        case _:
            raise SystemExit(f"no task is called {task!r}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
