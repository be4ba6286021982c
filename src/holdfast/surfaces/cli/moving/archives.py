"""A run out of a store into a file, and out of a file into a store."""

import asyncio
from pathlib import Path

from holdfast.journal.archive_file import read_archive, write_archive
from holdfast.journal.upkeep import Archive
from holdfast.kernel.errors import InputError
from holdfast.runtime import Runtime
from holdfast.surfaces.cli.asking.stores import reading, store_url
from holdfast.surfaces.cli.showing.moves import Moved
from holdfast.version import VERSION

SUFFIX = ".holdfast"


async def export_to(run_id: str, output: Path | None, store: str | None, *, may_be_clear: bool) -> Moved:
    """Write the run to a new file. Raises RunNotFound, InputError for a file that exists.

    A run about a person is written only if it ``may_be_clear``: the file is sealed by nothing.
    """
    async with reading(store) as runtime:
        run = await runtime.run(run_id)
        archive = await runtime.upkeep.archive(run.id)
    if archive.new.subject is not None and not may_be_clear:
        raise InputError(
            f"run {archive.run} is about a person, and the file would hold it in the clear, where no erasure reaches "
            "it: add --in-clear if that is what you want, and remove the file when it has served"
        )
    path = output or Path(f"{archive.run}{SUFFIX}")
    if not path.parent.is_dir():
        raise InputError(f"expected a folder at {path.parent}, found none: make it, or name another --output")
    await asyncio.to_thread(write_archive, archive, path, VERSION)
    return _moved(archive, path, is_new=True)


async def import_from(path: Path, store: str | None) -> Moved:
    """Take the run in the file into the store, which is made if it is missing. Raises InputError and JournalError."""
    archive = await asyncio.to_thread(read_archive, path)
    async with Runtime.open(store_url(store), drives=False) as runtime:
        is_new = await runtime.upkeep.restore(archive)
    return _moved(archive, path, is_new=is_new)


def _moved(archive: Archive, path: Path, *, is_new: bool) -> Moved:
    return Moved(
        archive.run,
        archive.new.app,
        archive.status,
        archive.is_over,
        len(archive.events),
        len(archive.payloads),
        str(path),
        path.stat().st_size,
        is_new,
    )
