"""Cuts the power at every point of a tape and counts what is lost and what is broken."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from holdfast.journal.port import Commit
from tests.proof.power_loss.examine import Found, examine
from tests.proof.power_loss.platter import Luck, Nothing, Platter, Something
from tests.proof.power_loss.tape import Promise, Tape, Withdrawn


@dataclass(slots=True)
class Row:
    """What became of one tape under one kind of luck."""

    points: int = 0
    """How many operations the power was cut before, and after the last one."""
    promises: int = 0
    """How many acknowledgements the whole tape holds."""
    losing: int = 0
    """At how many points at least one acknowledged thing was gone."""
    lost_max: int = 0
    """How many acknowledged things were gone at the worst point."""
    corrupt: int = 0
    """At how many points the database was damaged, could not be opened, or held half of a commit."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What a power cut at one point left: what was promised by then and is gone, and what is broken."""

    point: int
    promised: int
    lost: tuple[Promise, ...]
    damage: tuple[str, ...]


def cuts(tape: Tape, database: str, folder: Path, seed: int | None = None, every: int = 1) -> Iterator[Cut]:
    """Cut the power before each operation of ``tape``, or before each ``every``-th, and after the last.

    Without a ``seed`` the disk keeps only what was flushed, with one also whatever else chance will have. ``folder`` is
    where the machine starts again, over and over.
    """
    found, found_at = Found(), -1
    for point, platter, promised in _moments(tape, every):
        luck: Luck = Nothing() if seed is None else Something(f"{seed}/{point}")
        files_at = platter.flushes if seed is None else point  # files as before would tell the same again
        if files_at != found_at:
            found, found_at = examine(platter.left(luck), folder, database, tape.commits), files_at
        lost = tuple(promise for promise in promised if not found.keeps(promise))
        yield Cut(point, len(promised), lost, tuple(found.damage))


def _moments(tape: Tape, every: int) -> Iterator[tuple[int, Platter, list[Promise]]]:
    platter, promised, point = Platter(), list[Promise](), 0
    for entry in tape.entries:
        if isinstance(entry, Withdrawn):
            promised = [promise for promise in promised if not isinstance(promise, Commit) or promise.run != entry.run]
            continue
        if isinstance(entry, Promise):
            promised.append(entry)
            continue
        if point % every == 0:
            yield point, platter, promised
        platter.take(entry)
        point += 1
    yield point, platter, promised


def tell(cuts: Iterator[Cut]) -> Row:
    """Add up what became of each point."""
    row = Row()
    for cut in cuts:
        row.points += 1
        row.promises = max(row.promises, cut.promised)
        row.losing += bool(cut.lost)
        row.lost_max = max(row.lost_max, len(cut.lost))
        row.corrupt += bool(cut.damage)
    return row
