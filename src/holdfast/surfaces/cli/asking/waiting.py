"""What waits for a person, over all runs of a store."""

from holdfast.orchestration.people.inbox import Waiting
from holdfast.surfaces.cli.asking.stores import is_there, reading, store_url


async def list_waiting(store: str | None, under: str | None = None) -> list[Waiting]:
    """Return what waits for a person or an allowance, in the order in which it came to be; nothing without a store."""
    url = store_url(store)
    if not is_there(url):
        return []
    async with reading(url) as runtime:
        return await runtime.inbox(under)
