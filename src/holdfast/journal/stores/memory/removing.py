"""Runs that ended, out of a memory disk with all that belongs to them."""

from collections.abc import Callable, Sequence

from holdfast.journal.references import unreferenced
from holdfast.journal.stores.memory.disk import MemoryDisk
from holdfast.journal.upkeep import Removed
from holdfast.kernel.ids import RunId


def ended(disk: MemoryDisk, before: float, count_max: int) -> tuple[RunId, ...]:
    """Return runs that were over before that instant, oldest first."""
    heads = [head for head in reversed(list(disk.heads())) if head.is_over and head.updated_at < before]
    heads.sort(key=lambda head: head.updated_at)
    free = [head.run for head in heads if head.parent is None or _is_over_or_gone(disk, head.parent)]
    return tuple(free[: max(0, count_max)])


def weigh(disk: MemoryDisk, runs: Sequence[RunId]) -> Removed:
    """Return what removing ``runs`` would take out."""
    return _of_each(disk, runs, lambda run: _weight(disk, run))


def remove(disk: MemoryDisk, runs: Sequence[RunId]) -> Removed:
    """Remove those of ``runs`` that are over."""

    def taken_out(run: RunId) -> Removed:
        removed = _weight(disk, run)
        disk.drop(run)
        return removed

    return _of_each(disk, runs, taken_out)


def trim(disk: MemoryDisk, runs: Sequence[RunId]) -> Removed:
    """Remove payloads that no event points at from those of ``runs`` that are over."""

    def trimmed(run: RunId) -> Removed:
        kept, removed = disk.get(run), Removed()
        for orphan in unreferenced(kept.events, kept.payloads):
            removed += Removed(payloads=1, bytes=len(kept.payloads.pop(orphan)))
        return removed

    return _of_each(disk, runs, trimmed)


def _of_each(disk: MemoryDisk, runs: Sequence[RunId], work: Callable[[RunId], Removed]) -> Removed:
    whole = Removed()
    for run in dict.fromkeys(runs):
        if disk.find(run) is not None and disk.head(run).is_over:
            whole += work(run)
    return whole


def _weight(disk: MemoryDisk, run: RunId) -> Removed:
    kept = disk.get(run)
    size = sum(len(event.body) for event in kept.events) + sum(map(len, kept.payloads.values()))
    return Removed(1, len(kept.events), len(kept.payloads), size)


def _is_over_or_gone(disk: MemoryDisk, run: RunId) -> bool:
    return disk.find(run) is None or disk.head(run).is_over
