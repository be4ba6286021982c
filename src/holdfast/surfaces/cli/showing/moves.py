"""What exporting, importing, backing up and removing came to, in a line or two."""

import msgspec
from rich.console import Console

from holdfast.journal.upkeep import Compacted, Removed
from holdfast.kernel.ids import RunId
from holdfast.surfaces.cli.showing.terminal import styled
from holdfast.surfaces.cli.showing.wording import counted, instant, size


class Moved(msgspec.Struct, frozen=True):
    """A run that was written to a file or read from one."""

    run_id: RunId
    app: str
    status: str
    is_over: bool
    events: int
    payloads: int
    file: str
    bytes: int
    is_new: bool
    """False if exactly this was in the store already."""


class BackedUp(msgspec.Struct, frozen=True, omit_defaults=True):
    """A copy that is whole."""

    store: str
    file: str
    bytes: int
    keys: str | None = None
    """Where the keys of sealed runs were copied to."""


class Collected(msgspec.Struct, frozen=True):
    """What was removed, or would be."""

    is_dry_run: bool
    before: float
    """What ended earlier goes."""
    removed: Removed
    orphans: Removed
    """Payloads that no event points at, of runs that are over and stay."""
    compacted: Compacted | None
    published: int = 0
    """How many events of the bus went that nobody has to see to any more."""


class Erasing(msgspec.Struct, frozen=True):
    """What was erased of a data subject, or would be."""

    tenant: str
    is_dry_run: bool
    is_erased: bool
    """Whether nothing is left of it."""
    keys: int
    """How many keys were destroyed."""
    runs: int
    going: tuple[RunId, ...]
    """Runs that are not over, and in the way."""
    already: int
    """Runs that were erased before."""
    removed: Removed | None


def print_erasing(found: Erasing, console: Console) -> None:
    """Say what is gone, or would go, and what is in the way."""
    runs, before = counted(found.runs, "run"), counted(found.already, "run")
    if found.is_dry_run:
        console.print(styled(f"would erase {runs} and destroy {counted(found.keys, 'key')}; erased before: {before}"))
        if found.going:
            told = f"not over, and in the way without --cancel: {', '.join(found.going)}"
            console.print(styled(told, style="yellow"), soft_wrap=True)
        return
    if not found.keys and not found.runs:
        console.print(styled(f"erased before: {before}; nothing was left to do"))
        return
    console.print(styled(f"erased {runs}, destroyed {counted(found.keys, 'key')}; erased before: {before}"))
    console.print(
        styled("'holdfast runs' still lists them; what tools sent out and what models were asked is not here")
    )


def print_exported(moved: Moved, console: Console) -> None:
    """Say where the run is now, too."""
    console.print(styled(f"exported {moved.run_id} ({_extent(moved)}) to {moved.file}"), soft_wrap=True)
    if not moved.is_over:
        console.print(styled("it is not over: go on with it in one store only, and cancel it in the other"))


def print_imported(moved: Moved, console: Console) -> None:
    """Say what came in, and what to do with it."""
    if not moved.is_new:
        console.print(styled(f"{moved.run_id} is here already, just as in the file"), soft_wrap=True)
        return
    console.print(styled(f"imported {moved.run_id} ({_extent(moved)})"), soft_wrap=True)
    if not moved.is_over:
        console.print(styled(f"it waits: go on with it with holdfast resume {moved.run_id}"), soft_wrap=True)


def print_backed_up(made: BackedUp, console: Console) -> None:
    """Say where the copy is."""
    console.print(styled(f"backed up {made.store} to {made.file}: {size(made.bytes)}"), soft_wrap=True)
    if made.keys is not None:
        told = f"its keys are in {made.keys}: keep them apart from it, and no longer than an erasure may take"
        console.print(styled(told), soft_wrap=True)


def print_collected(found: Collected, console: Console) -> None:
    """Say what went, or would go, and what came of it on the disk."""
    verb = "would remove" if found.is_dry_run else "removed"
    console.print(styled(f"{verb} {_removed(found.removed)}, ended before {instant(found.before)}"), soft_wrap=True)
    if found.orphans.payloads:
        told = f"{counted(found.orphans.payloads, 'payload')} that no event points at, {size(found.orphans.bytes)}"
        console.print(styled(f"{verb} {told}"))
    if found.published:
        console.print(styled(f"{verb} {counted(found.published, 'event')} of the bus that everybody has seen to"))
    if found.compacted is None:
        return
    before, after = found.compacted.bytes_before, found.compacted.bytes_after
    told = f"the store takes {size(after)}, before {size(before)}"
    if not found.compacted.is_whole:
        told += ": a process drives it; it will use the freed space, run gc without it to give the space back"
    console.print(styled(told), soft_wrap=True)


def _extent(moved: Moved) -> str:
    pieces = (counted(moved.events, "event"), counted(moved.payloads, "payload"), size(moved.bytes))
    return f"{moved.status}, {', '.join(pieces)}"


def _removed(removed: Removed) -> str:
    return f"{counted(removed.runs, 'run')} ({counted(removed.events, 'event')}, {size(removed.bytes)})"
