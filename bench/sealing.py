"""What sealing costs a commit: in a bare store, behind seals for a run about nobody, and for a run about a person.

    python -m bench.sealing [--commits 5000]

A commit has two events of 300 bytes and a payload of 1,500; 50 runs commit side by side to SQLite, with every flush.
The three ways take turns in one process; each figure is the median of its turns, in microseconds of CPU.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.machine import Machine, describe_machine, load_average
from holdfast.journal.port import NO_EPOCH, Claim, Commit, Committed, NewRun, Payload, Recorded, Store
from holdfast.journal.sealing.aes import AesGcm
from holdfast.journal.sealing.keeping import SealingStore
from holdfast.journal.stores.keys import FileKeys
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.clock import SystemClock
from holdfast.kernel.ids import PayloadId, RunId, commit_id
from holdfast.kernel.randomness import SystemRandomness

COMMITS, RUNS, TURNS = 5_000, 50, 9
EVENT_BYTES, PAYLOAD_BYTES, EVENTS = 300, 1_500, 2
LEASE_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True)
class Sealing:
    """Microseconds of CPU a commit, by the way it goes."""

    commits: int
    bare_us: float
    in_the_clear_us: float
    about_a_person_us: float
    in_the_clear_ratio: float
    """Of each turn against the bare one beside it, the median."""
    about_a_person_ratio: float
    machine: Machine


class Way:
    """One store with its runs, which all commit side by side."""

    def __init__(self, store: Store, new: NewRun) -> None:
        self.store, self._new = store, new
        self._claims: list[Claim] = []
        self._version = 1

    async def begin(self) -> None:
        """Begin the runs and claim them."""
        await self.store.open()
        for number in range(RUNS):
            run = RunId(f"run_{number}")
            first = Commit(
                commit_id=commit_id(run, NO_EPOCH, 0),
                run=run,
                epoch=NO_EPOCH,
                expected=0,
                events=(_event(1),),
                status="x",
                begins=self._new,
            )
            assert await self.store.commit(first) == Committed(1)
            claim = await self.store.claim(run, "bench", LEASE_SECONDS)
            assert isinstance(claim, Claim)
            self._claims.append(claim)

    async def turn(self, commits: int) -> float:
        """Make so many commits and return the microseconds of CPU that each took."""
        began = time.process_time()
        for _ in range(commits // RUNS):
            await asyncio.gather(*(self._commit(claim) for claim in self._claims))
            self._version += EVENTS
        return (time.process_time() - began) / commits * 1e6

    async def _commit(self, claim: Claim) -> None:
        version = self._version
        commit = Commit(
            commit_id=commit_id(claim.run, claim.epoch, version),
            run=claim.run,
            epoch=claim.epoch,
            expected=version,
            events=tuple(_event(version + number) for number in range(1, EVENTS + 1)),
            status="x",
            payloads=(Payload(PayloadId(f"p{version}"), os.urandom(PAYLOAD_BYTES)),),
        )
        assert isinstance(await self.store.commit(commit), Committed)


def _event(version: int) -> Recorded:
    return Recorded(version, 0.0, b"e" + os.urandom(EVENT_BYTES - 1))


async def measure(commits: int, folder: Path) -> Sealing:
    """Take turns, and return what each way took."""
    before, clock = load_average(), SystemClock()
    bare = SqliteStore(folder / "bare.db", clock)
    clear, sealed = (
        SealingStore(
            SqliteStore(folder / f"{name}.db", clock), FileKeys(folder / name, clock), AesGcm, SystemRandomness()
        )
        for name in ("clear", "sealed")
    )
    nobody = NewRun("default", "bench")
    ways = (Way(bare, nobody), Way(clear, nobody), Way(sealed, NewRun("default", "bench", subject="anna")))
    async with AsyncExitStack() as stack:
        for way in ways:
            await way.begin()
            stack.push_async_callback(way.store.close)
            await way.turn(commits // 5)
        taken = [[await way.turn(commits) for way in ways] for _ in range(TURNS)]
    return _told(commits, taken, describe_machine(folder, before))


def _told(commits: int, taken: Sequence[Sequence[float]], machine: Machine) -> Sealing:
    bare, clear, sealed = (round(statistics.median(turn[way] for turn in taken), 1) for way in range(3))
    ratios = [round(statistics.median(turn[way] / turn[0] for turn in taken), 3) for way in (1, 2)]
    return Sealing(commits, bare, clear, sealed, ratios[0], ratios[1], machine)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commits", type=int, default=COMMITS, help="how many commits a turn makes")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        print(json.dumps(asdict(asyncio.run(measure(given.commits, Path(folder)))), indent=2))


if __name__ == "__main__":
    main()
