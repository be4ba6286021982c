"""Reads what the runs below a run did, for the trace of a whole family."""

from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import JournalError, RunNotFound
from holdfast.kernel.ids import RunId
from holdfast.observability.projection import project
from holdfast.observability.trace import Trace
from holdfast.runtime import Runtime
from holdfast.surfaces.cli.asking.revealing import masking

RUNS_MAX = 500
"""How many runs a trace shows; those below the first that were begun later are named by their nodes only."""


async def traces_below(runtime: Runtime, state: RunState, url: str, *, reveals: bool) -> dict[RunId, Trace]:
    """Return the traces of the runs below one, level by level; without those that are not in this store."""
    found, waiting = dict[RunId, Trace](), list(state.children)
    while waiting and len(found) < RUNS_MAX:
        identity = waiting.pop(0)
        try:
            run = await runtime.run(identity)
            masked = await masking(run, url, "trace", reveals=reveals)
            trace = project([masked.entry(entry) async for entry in run.events(follow=False)])
        except (JournalError, RunNotFound):  # it was moved or removed, or its journal cannot be read: the others can
            continue
        found[identity] = trace
        waiting += trace.state.children
    return found
