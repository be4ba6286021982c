"""Which runs ``holdfast runs`` lists."""

from holdfast.journal.port import RunFilter
from holdfast.kernel.errors import InputError
from holdfast.orchestration.lifecycle import Status
from holdfast.surfaces.cli.asking.looking import listed
from holdfast.surfaces.cli.asking.stores import is_there, reading, store_url
from holdfast.surfaces.cli.showing.runs_table import Listed


async def list_runs(
    store: str | None, app: str | None, statuses: tuple[str, ...], count: int, parent: str | None = None
) -> list[Listed]:
    """Return the runs that match, newest first; none if there is no store yet.

    Raises InputError for an odd status, RunNotFound for a ``parent`` that is none or not one.
    """
    wanted = tuple(_status(status) for status in statuses)
    url = store_url(store)
    if not is_there(url):
        return []
    async with reading(url) as runtime:
        above = None if parent is None else (await runtime.run(parent)).id
        return await listed(runtime, RunFilter(app=app, statuses=wanted, parent=above, count_max=count), url)


def _status(text: str) -> str:
    try:
        return Status(text.upper())
    except ValueError:
        told = ", ".join(Status)
        raise InputError(f"expected a status such as {told}, found {text!r}") from None
