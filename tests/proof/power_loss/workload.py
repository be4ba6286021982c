"""What the store is put through: one of everything that it acknowledges, alone and in groups, over two openings."""

import asyncio
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from holdfast.journal.port import Claim, Commit, CommitResult, Committed, Letter, NewRun, Parking
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.faults import Point
from holdfast.kernel.ids import RunId
from holdfast.testing.conformance.journal.samples import LEASE_SECONDS, beginning, following, letter, payload
from tests.proof.power_loss.connection import TapedConnection
from tests.proof.power_loss.disk import TapedDisk
from tests.proof.power_loss.tape import Gone, Tape, TenantKey, Withdrawn

TENANT = "acme"
RUNS = tuple(RunId(f"run_{name}") for name in "abcde")
UNBORN = RunId("run_unborn")
FENCED_EPOCH = 99
HOLD_SECONDS_MAX = 60.0
OPENINGS = 2
ROUNDS = 3
LARGE_COUNT, LARGE_BYTES = 5, 2_500_000
"""All of these outgrow the log, so that SQLite moves it into the database between two commits."""


async def record(
    path: Path, synchronous: str = "FULL", *, large: bool = False, connection: type[TapedConnection] = TapedConnection
) -> Tape:
    """Put a store at ``path`` through everything and return what it asked of its disk and what it promised.

    FULL is the store's own setting; any other, and another ``connection``, is a control that must fail. ``large`` adds
    payloads that fill the log.
    """
    tape = Tape()
    disk = TapedDisk(tape)
    for opening in range(1, OPENINGS + 1):
        session = _Session(tape, path, partial(connection, disk, synchronous=synchronous))
        await session.store.open()
        await session.live(opening, large=large and opening == 1)
        await session.store.close()
    return tape


class _Session:
    """One opening of the store; whatever it acknowledges goes onto the tape before anything else is asked of it."""

    def __init__(self, tape: Tape, path: Path, opener: partial[TapedConnection]) -> None:
        self._tape = tape
        self._gate = _Gate()
        self._versions: dict[RunId, int] = {}
        self.store = SqliteStore(path, VirtualClock(), on_point=self._gate.reached, opener=opener)

    async def live(self, opening: int, *, large: bool) -> None:
        """Begin runs, drive them in groups, post, park, end one. The second time they are there; one is taken out."""
        self._tape.note(TenantKey(TENANT, await self.store.tenant_key(TENANT)))
        if opening == 1:
            await self._together([beginning(run, NewRun(TENANT, "desk", request_id=run)) for run in RUNS])
        else:
            await self._take_out(_brief(opening - 1))
        await self._alone(beginning(_brief(opening), NewRun(TENANT, "desk"), is_over=True))
        claims = [await self._claim(run) for run in RUNS]
        for number in range(ROUNDS):
            await self._together([self._step(claim, f"{opening}.{number}") for claim in claims])
            await self._post(letter(f"post{opening}.{number}", RUNS[number]))
        for number in range(LARGE_COUNT if large else 0):
            content = payload(f"large{opening}.{number}", bytes([number + 1]) * LARGE_BYTES)
            await self._alone(self._next(claims[0], payloads=(content,)))
        await self._alone(self._next(claims[1], parking=Parking(0, None), letters=(letter(f"l{opening}", UNBORN),)))
        await self._alone(self._next(claims[2], is_over=opening == OPENINGS))

    def _step(self, claim: Claim, name: str) -> Commit:
        name = f"{claim.run}.{name}"
        content = payload(name, name.encode() * 100)
        return self._next(claim, event_count=2, payloads=(content,), letters=(letter(name, RUNS[0]),))

    def _next(self, claim: Claim, *, event_count: int = 1, **more: Any) -> Commit:
        """Return the run's next commit; it is based on the one before."""
        version = self._versions[claim.run]
        self._versions[claim.run] += event_count
        return following(claim, version, event_count=event_count, **more)

    async def _take_out(self, run: RunId) -> None:
        """Remove a run that is over, and take in what was held of it under another name."""
        held = await self.store.archive(run)
        self._tape.note(Withdrawn(run))
        await self.store.remove([run])
        self._tape.note(Gone(run))
        moved = replace(held, run=RunId(f"{run}_moved"))
        assert await self.store.restore(moved)
        self._tape.note(moved)

    async def _claim(self, run: RunId) -> Claim:
        claim = await self.store.claim(run, "worker", LEASE_SECONDS)
        assert isinstance(claim, Claim)
        self._tape.note(claim)
        self._versions[run] = claim.version
        return claim

    async def _post(self, one: Letter) -> None:
        await self.store.post((one,))
        self._tape.note(one)

    async def _alone(self, commit: Commit) -> None:
        self._tape.commits.append(commit)
        self._heard(commit, await self.store.commit(commit))

    async def _together(self, commits: Sequence[Commit]) -> None:
        """Have ``commits`` written in one transaction, with a stale one among them that must fail alone."""
        stale = following(Claim(RUNS[0], FENCED_EPOCH, 0, 0.0), 0)
        self._tape.commits += commits
        self._gate.shut()
        before = asyncio.create_task(self.store.changes_of_others())  # a group of one, held: the rest gathers behind it
        await asyncio.to_thread(self._gate.wait_until_reached)
        asked = [asyncio.create_task(self.store.commit(commit)) for commit in (*commits, stale)]
        await asyncio.sleep(0)
        self._gate.open()
        await before
        *answers, refusal = await asyncio.gather(*asked)
        assert not isinstance(refusal, Committed)
        assert self._gate.commits == 2, "the group was written in more than one transaction"
        for commit, answer in zip(commits, answers, strict=True):
            self._heard(commit, answer)

    def _heard(self, commit: Commit, answer: CommitResult) -> None:
        assert isinstance(answer, Committed)
        self._tape.note(commit)


def _brief(opening: int) -> RunId:
    """Return the run that begins and is over in one commit."""
    return RunId(f"run_brief{opening}")


class _Gate:
    """Stops the writing thread before its COMMIT while shut, and counts the transactions since it was shut."""

    def __init__(self) -> None:
        self.commits = 0
        self._is_there = threading.Event()
        self._may_pass = threading.Event()
        self._may_pass.set()

    def reached(self, point: str) -> None:
        if point == Point.SQLITE_BEFORE_COMMIT:
            self._is_there.set()
            assert self._may_pass.wait(HOLD_SECONDS_MAX), "nobody opened the gate"
            self.commits += 1

    def shut(self) -> None:
        self.commits = 0
        self._is_there.clear()
        self._may_pass.clear()

    def wait_until_reached(self) -> None:
        assert self._is_there.wait(HOLD_SECONDS_MAX), "the writer never came to the gate"

    def open(self) -> None:
        self._may_pass.set()
