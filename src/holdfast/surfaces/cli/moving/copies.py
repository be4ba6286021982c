"""A copy of a whole store while runs go on."""

import asyncio
from pathlib import Path

from holdfast.kernel.errors import InputError
from holdfast.surfaces.cli.asking.stores import reading, store_url
from holdfast.surfaces.cli.showing.counting import counting
from holdfast.surfaces.cli.showing.moves import BackedUp


def back_up(path: Path, keys: Path | None, store: str | None, *, is_quiet: bool) -> BackedUp:
    """Copy the store to a new file, and the keys of sealed runs to another if one is named.

    Raises RunNotFound without a store, InputError for a file that exists.
    """
    if keys is not None and keys.exists():
        raise InputError(f"expected no file at {keys}, found one: nothing is overwritten, choose another name")
    has_keys = asyncio.run(_copied(path, keys, store, is_quiet=is_quiet))
    return BackedUp(store_url(store), str(path), path.stat().st_size, str(keys) if has_keys else None)


async def _copied(path: Path, keys: Path | None, store: str | None, *, is_quiet: bool) -> bool:
    """Copy the keys last: the other way round, a run that began in between would be in the copy without its key."""
    async with reading(store) as runtime:
        with counting("backing up", "pages", is_quiet=is_quiet) as count:
            await runtime.upkeep.backup(path, count)
        return keys is not None and await runtime.upkeep.keys.backup(keys)
