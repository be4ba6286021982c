"""Content, out of runs on a memory disk that stay."""

from collections.abc import Sequence

from holdfast.journal.stores.memory.disk import MemoryDisk
from holdfast.journal.upkeep import Removed
from holdfast.kernel.ids import PayloadId, RunId


def discard(disk: MemoryDisk, run: RunId, payloads: Sequence[PayloadId]) -> Removed:
    """Remove those payloads of ``run`` if it is over."""
    removed, kept = Removed(), disk.find(run)
    if kept is not None and kept.standing.is_over:
        for payload_id in kept.payloads.keys() & set(payloads):
            removed += Removed(payloads=1, bytes=len(kept.payloads.pop(payload_id)))
    return removed


def empty(disk: MemoryDisk, runs: Sequence[RunId], ended_as: str, now: float) -> Removed:
    """Take out all that ``runs`` hold; a run that is empty stays as it is."""
    removed = Removed()
    for run in dict.fromkeys(runs):
        kept = disk.find(run)
        if kept is None or kept.erased_at is not None:
            continue
        size = sum(len(event.body) for event in kept.events) + sum(map(len, kept.payloads.values()))
        removed += Removed(1, len(kept.events), len(kept.payloads), size)
        disk.empty(run, ended_as, now)
    return removed
