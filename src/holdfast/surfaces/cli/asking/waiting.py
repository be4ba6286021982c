"""What waits for a person, over all runs of a store."""

from holdfast.journal.fold.state import Awaited
from holdfast.journal.port import RunFilter
from holdfast.kernel.errors import JournalError
from holdfast.orchestration.doubts import Doubt, doubts_of
from holdfast.orchestration.handle import Run
from holdfast.orchestration.lifecycle import FINAL, Status
from holdfast.orchestration.questions import Question, questions_of
from holdfast.surfaces.cli.asking.stores import is_there, reading, store_url
from holdfast.surfaces.cli.showing.inbox_page import Waiting, came_at

RUNS_LOOKED_AT_MAX = 10_000
"""Among how many of the newest unfinished runs what waits is looked for."""


async def list_waiting(store: str | None) -> list[Waiting]:
    """Return what waits for a person or an allowance, in the order in which it came to be; nothing without a store."""
    url = store_url(store)
    if not is_there(url):
        return []
    unfinished = RunFilter(statuses=tuple(set(Status) - FINAL), count_max=RUNS_LOOKED_AT_MAX)
    found: list[Waiting] = []
    async with reading(url) as runtime:
        for head in await runtime.runs(unfinished):
            try:
                waits = await _waits(await runtime.run(head.run))
            except JournalError:
                continue  # one run that cannot be read must not hide the others
            found.extend(Waiting(head, wait) for wait in waits)
    return sorted(found, key=came_at)


async def _waits(run: Run) -> list[Doubt | Question | Awaited]:
    state = await run.state()
    payloads = await run.payloads(state)
    doubts = [doubt for doubt in await doubts_of(state, payloads) if doubt.asks_person]
    return [*doubts, *await questions_of(state, payloads), *state.awaited]
