"""Which runs and steps have failed, over all runs of a store."""

from holdfast.orchestration.people.dead_letters import DeadLetter, Retrying
from holdfast.surfaces.cli.asking.stores import is_there, reading, store_url


async def list_dead(store: str | None, app: str | None, count: int, *, parts: bool) -> list[DeadLetter]:
    """Return the dead letters, those of the newest runs first; none if there is no store yet."""
    url = store_url(store)
    if not is_there(url):
        return []
    async with reading(url) as runtime:
        return await runtime.dead(app, count, parts=parts)


async def list_retries(store: str | None, app: str | None, count: int) -> list[Retrying]:
    """Return what waits to be tried again, that which comes first before the rest; none if there is no store yet."""
    url = store_url(store)
    if not is_there(url):
        return []
    async with reading(url) as runtime:
        return await runtime.retries(app, count)
