"""Another process at the same database file: what it does is its first argument, the file its second.

It says ``ready``, or one line for each acknowledged commit, and goes on until its standard input ends.
"""

import asyncio
import itertools
import os
import sys
from pathlib import Path

from holdfast.journal.leases import Lease
from holdfast.journal.port import Delivered
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.journal.upkeep import Archive
from holdfast.kernel.charges import Charge
from holdfast.kernel.clock import SystemClock
from holdfast.kernel.errors import StoreLocked
from holdfast.kernel.ids import CommitId, LetterId, RunId
from holdfast.testing.conformance.journal.charging import DAY, charging
from holdfast.testing.conformance.journal.samples import DESK, RUN, drive, events, following, letter, payload

RUNS_AT_ONCE = 4
LETTERS = 20
CHARGED_TOKENS = 10
TURNS = 25


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
        charges = charging(Charge(DAY, tokens=CHARGED_TOKENS, held_tokens=version))
        await store.commit(
            following(
                claim, version, payloads=(payload(f"p{version}"),), letters=(letter(f"l{version}"),), entries=charges
            )
        )
        say(claim.run, version + 1)
    await store.close()


async def keep_up_at(path: Path, number: int) -> None:
    """Move a run, back the store up, trim and remove; die at the point that is reached as number ``number``."""
    reached = itertools.count(1)

    def die(point: str) -> None:
        if next(reached) == number:
            os._exit(137)

    store = SqliteStore(path, SystemClock(), drives=False, on_point=die)
    await store.open()
    say("restoring")
    await store.restore(archived())
    say("restored")
    await store.backup(path.with_name(path.name + ".copy"), lambda _done, _total: None)
    say("backed up")
    await store.trim([RUN])
    await store.remove([RUN])
    say("removed")
    await store.compact()
    await store.close()


def archived() -> Archive:
    """Return a run that ended, with mail and payloads."""
    return Archive(
        run=RUN,
        new=DESK,
        created_at=1.0,
        updated_at=2.0,
        epoch=1,
        status="complete",
        is_over=True,
        begun_by=CommitId("c1"),
        commit_id=CommitId("c2"),
        events=events(1, 3),
        payloads=tuple(payload(f"p{number}") for number in range(3)),
        letters=(Delivered(1, LetterId("l1"), b"hello"),),
    )


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


async def take_turns(path: Path, ledger: Path) -> None:
    """Write the token into a file that holds all before it, under a lease, so many times."""
    store = SqliteStore(path, SystemClock(), drives=False)
    await store.open()
    for _ in range(TURNS):
        while not isinstance(lease := await store.lease("acme", "ledger", str(os.getpid()), 30.0), Lease):
            pass
        before = read(ledger)
        await asyncio.sleep(0)
        write(ledger, f"{before}{lease.token}\n")
        await store.release_lease(lease)
    await store.close()


def read(ledger: Path) -> str:
    return ledger.read_text() if ledger.exists() else ""


def write(ledger: Path, text: str) -> None:
    ledger.write_text(text)


async def lease_and_hang(path: Path) -> None:
    """Take a lease, say when it runs out, and never give it back."""
    store = SqliteStore(path, SystemClock(), drives=False)
    await store.open()
    lease = await store.lease("acme", "ledger", str(os.getpid()), 30.0)
    assert isinstance(lease, Lease)
    say(lease.until)
    await asyncio.to_thread(sys.stdin.read)


def main(task: str, path: Path, *more: str) -> None:
    match task:
        case "commit":
            asyncio.run(commit_for_ever(path))
        case "crash":
            asyncio.run(crash_at(path, int(more[0])))
        case "upkeep":
            asyncio.run(keep_up_at(path, int(more[0])))
        case "post":
            asyncio.run(post(path))
        case "hold":
            asyncio.run(hold(path))
        case "lease":
            asyncio.run(take_turns(path, Path(more[0])))
        case "lease_and_hang":
            asyncio.run(lease_and_hang(path))
        case "open":
            asyncio.run(open_once(path))
        case _:
            raise SystemExit(f"no task is called {task!r}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
