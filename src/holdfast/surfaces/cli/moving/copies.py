"""A copy of a whole store while runs go on."""

import asyncio
from pathlib import Path

from holdfast.surfaces.cli.asking.stores import reading, store_url
from holdfast.surfaces.cli.showing.counting import counting
from holdfast.surfaces.cli.showing.moves import BackedUp


def back_up(path: Path, store: str | None, *, is_quiet: bool) -> BackedUp:
    """Copy the store to a new file. Raises RunNotFound without a store, InputError for a file that exists."""
    asyncio.run(_copied(path, store, is_quiet=is_quiet))
    return BackedUp(store_url(store), str(path), path.stat().st_size)


async def _copied(path: Path, store: str | None, *, is_quiet: bool) -> None:
    async with reading(store) as runtime:
        with counting("backing up", "pages", is_quiet=is_quiet) as count:
            await runtime.upkeep.backup(path, count)
