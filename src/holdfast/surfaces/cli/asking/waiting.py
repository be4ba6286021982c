"""Which calls wait for a person, over all runs of a store."""

from holdfast.journal.port import RunFilter
from holdfast.kernel.errors import JournalError
from holdfast.orchestration.lifecycle import FINAL, Status
from holdfast.surfaces.cli.asking.stores import is_there, reading, store_url
from holdfast.surfaces.cli.showing.inbox_page import Waiting

RUNS_LOOKED_AT_MAX = 10_000
"""Among how many of the newest unfinished runs what waits is looked for."""


async def list_waiting(store: str | None) -> list[Waiting]:
    """Return what waits for a person, that which was sent first before the rest; nothing if there is no store yet."""
    url = store_url(store)
    if not is_there(url):
        return []
    unfinished = RunFilter(statuses=tuple(set(Status) - FINAL), count_max=RUNS_LOOKED_AT_MAX)
    found: list[Waiting] = []
    async with reading(url) as runtime:
        for head in await runtime.runs(unfinished):
            try:
                doubts = await (await runtime.run(head.run)).doubts()
            except JournalError:
                continue  # one run that cannot be read must not hide the others
            found.extend(Waiting(head, doubt) for doubt in doubts if doubt.asks_person)
    return sorted(found, key=lambda waiting: waiting.doubt.sent_at or 0.0)
