"""What a restarted machine finds in the files: opened by the store's own code, on the standard library's SQLite."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, assert_never

from holdfast.journal.port import Claim, Commit, Head, Letter, Payload, Recorded, RunFilter
from holdfast.journal.stores.sqlite import queries
from holdfast.journal.stores.sqlite.layout import lay_out
from holdfast.journal.upkeep import Archive
from holdfast.kernel.errors import JournalError
from holdfast.kernel.faults import pass_by
from holdfast.kernel.ids import RunId
from tests.proof.power_loss.connection import OURS
from tests.proof.power_loss.platter import Image
from tests.proof.power_loss.tape import Gone, Promise, TenantKey

RUNS_MAX = 100


@dataclass(slots=True)
class Found:
    """What is in a journal after a power cut."""

    damage: list[str] = field(default_factory=list)
    """What is wrong with it whatever was promised; empty for a sound one."""
    heads: dict[RunId, Head] = field(default_factory=dict)
    events: set[tuple[RunId, Recorded]] = field(default_factory=set)
    payloads: set[tuple[RunId, Payload]] = field(default_factory=set)
    letters: set[Letter] = field(default_factory=set)
    keys: set[TenantKey] = field(default_factory=set)

    def keeps(self, promise: Promise) -> bool:
        """Whether what was promised is there."""
        match promise:
            case Commit():
                return all(self._parts(promise))
            case Claim(run, epoch):
                return run in self.heads and self.heads[run].epoch >= epoch
            case Letter():
                return promise in self.letters
            case TenantKey():
                return promise in self.keys
            case Archive(run=run, events=events):
                return all((run, event) in self.events for event in events)
            case Gone(run):
                return run not in self.heads
            case _:
                assert_never(promise)

    def has_half_of(self, commit: Commit) -> bool:
        """Whether some of it is there and some is not."""
        parts = list(self._parts(commit))
        return any(parts) and not all(parts)

    def _parts(self, commit: Commit) -> Iterable[bool]:
        yield commit.run in self.heads and self.heads[commit.run].version >= commit.expected + len(commit.events)
        yield from ((commit.run, event) in self.events for event in commit.events)
        yield from ((commit.run, payload) in self.payloads for payload in commit.payloads)
        yield from (letter in self.letters for letter in commit.letters)


def examine(image: Image, folder: Path, database: str, commits: Iterable[Commit]) -> Found:
    """Put ``image`` into ``folder``, start from it, and read all that ``commits`` may have left there."""
    for file in folder.iterdir():
        file.unlink()
    for name, content in image.items():
        (folder / name).write_bytes(content)
    try:
        with closing(lay_out(folder / database, may_upgrade=True, reach=pass_by, opener=_OPENER)) as connection:
            return _read(connection, list(commits))
    except (sqlite3.Error, JournalError) as failure:
        return Found(damage=[str(failure)])


class _Unhurried(sqlite3.Connection):
    """After the restart power stays on: nobody need wait for the disk."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        return super().execute("PRAGMA synchronous = OFF" if sql == OURS else sql, parameters)


_OPENER = partial(sqlite3.connect, factory=_Unhurried)


def _read(connection: sqlite3.Connection, commits: list[Commit]) -> Found:
    found = Found()
    found.damage += (text for (text,) in connection.execute("PRAGMA integrity_check").fetchall() if text != "ok")
    found.damage += map(str, connection.execute("PRAGMA foreign_key_check").fetchall())
    found.keys |= {TenantKey(*row) for row in connection.execute("SELECT tenant, key FROM tenants").fetchall()}
    found.heads |= {head.run: head for head in queries.runs(connection, RunFilter(count_max=RUNS_MAX))}
    for run, head in found.heads.items():
        events = queries.read(connection, run, 0, None)
        if [event.version for event in events] != list(range(1, head.version + 1)):
            found.damage.append(f"{run} is at version {head.version} and has {[event.version for event in events]}")
        found.events |= {(run, event) for event in events}
        asked = [payload.payload_id for commit in commits if commit.run == run for payload in commit.payloads]
        bodies = queries.payloads(connection, run, asked)
        found.payloads |= {(run, Payload(name, body)) for name, body in bodies.items()}
    for run in [*found.heads, *{letter.to for commit in commits for letter in commit.letters} - found.heads.keys()]:
        inbox = queries.inbox(connection, run, 0)
        if [letter.position for letter in inbox] != list(range(1, len(inbox) + 1)):
            found.damage.append(f"the inbox of {run} has a gap")
        found.letters |= {Letter(letter.letter_id, run, letter.body) for letter in inbox}
    found.damage += (f"half of commit {commit.commit_id}" for commit in commits if found.has_half_of(commit))
    return found
