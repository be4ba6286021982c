"""Sums up the model calls of a store's runs, a few runs at a time: none is kept once it is counted."""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

import msgspec

from holdfast.journal.port import Head, RunFilter
from holdfast.kernel.errors import JournalError
from holdfast.observability.calls import CALL_EVENTS, EndedCall, ended_calls
from holdfast.observability.costs import CostTable, Owner, Summed
from holdfast.observability.groups import By
from holdfast.runtime import Runtime
from holdfast.surfaces.cli.asking.stores import is_there, reading, store_url

RUNS_LISTED_AT_ONCE = 500
RUNS_READ_AT_ONCE = 8


class Wanted(NamedTuple):
    """Which calls are counted, and how they are put together."""

    by: By
    since: float
    until: float
    run: str | None
    tenant: str | None


async def sum_up(store: str | None, wanted: Wanted) -> Summed:
    """Return what the calls that are wanted came to; nothing if there is no store yet. Raises RunNotFound."""
    table = CostTable(wanted.by)
    url = store_url(store)
    if wanted.run is None and not is_there(url):
        return table.told(runs=0, unreadable=0)
    runs = unreadable = 0
    async with reading(url) as runtime:
        async for heads in _batches(_heads(runtime, wanted)):
            found = await asyncio.gather(*(_calls(runtime, head) for head in heads))
            runs += len(heads)
            unreadable += found.count(None)
            for head, calls in zip(heads, found, strict=True):
                owner = Owner(head.run, head.app, head.tenant)
                for call in calls or ():
                    if wanted.since <= call.at < wanted.until:
                        table.add(call, owner)
    return table.told(runs, unreadable)


async def _heads(runtime: Runtime, wanted: Wanted) -> AsyncIterator[Head]:
    """Yield the runs that may have such calls: with one run those below it too."""
    if wanted.run is None:
        found = _all(runtime, RunFilter())
    else:
        found = _with_those_below(runtime, await (await runtime.run(wanted.run)).head())
    async for head in found:
        is_of_tenant = wanted.tenant is None or head.tenant == wanted.tenant
        if is_of_tenant and head.created_at < wanted.until and head.updated_at >= wanted.since:
            yield head


async def _with_those_below(runtime: Runtime, top: Head) -> AsyncIterator[Head]:
    waiting = [top]
    while waiting:
        head = waiting.pop()
        yield head
        waiting.extend([each async for each in _all(runtime, RunFilter(parent=head.run))])


async def _all(runtime: Runtime, which: RunFilter) -> AsyncIterator[Head]:
    before = None
    while True:
        page = await runtime.runs(msgspec.structs.replace(which, before=before, count_max=RUNS_LISTED_AT_ONCE))
        for head in page:
            yield head
        if len(page) < RUNS_LISTED_AT_ONCE:
            return
        before = page[-1].run


async def _batches(heads: AsyncIterator[Head]) -> AsyncIterator[list[Head]]:
    batch: list[Head] = []
    async for head in heads:
        batch.append(head)
        if len(batch) == RUNS_READ_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


async def _calls(runtime: Runtime, head: Head) -> list[EndedCall] | None:
    """Return the calls of a run, None if its journal cannot be read: one bad run must not hide what others cost."""
    try:
        run = await runtime.run(head.run)
        told = [entry async for entry in run.events(follow=False) if isinstance(entry.event, CALL_EVENTS)]
    except JournalError:
        return None
    return list(ended_calls(told))
