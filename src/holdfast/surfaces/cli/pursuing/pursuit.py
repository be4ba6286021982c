"""Stays with a run until it rests or somebody stops it; runs that were interrupted earlier are seen through as well."""

import asyncio
import contextlib
import time
from collections.abc import Sequence

from holdfast.journal.fold.state import RunState
from holdfast.journal.port import Head, RunFilter
from holdfast.kernel.errors import HoldfastError
from holdfast.kernel.ids import RunId
from holdfast.orchestration.people.following import Entry
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime
from holdfast.surfaces.cli.pursuing.interruption import Interruption
from holdfast.surfaces.cli.pursuing.race import first_of
from holdfast.surfaces.cli.pursuing.troubles import Troubles
from holdfast.surfaces.cli.pursuing.views import View
from holdfast.surfaces.cli.showing.results import way_on
from holdfast.surfaces.cli.showing.wording import short_id

UNFINISHED_MAX = 1_000
"""Among how many of the newest runs those are looked for that were interrupted."""


class Pursuit:
    """What one command needs while it stays with runs: the runtime, who watches, who may interrupt, what goes wrong."""

    def __init__(
        self,
        runtime: Runtime,
        view: View,
        interruption: Interruption,
        troubles: Troubles,
        earlier: Sequence[Head] = (),
    ) -> None:
        self._runtime, self._view = runtime, view
        self._interruption, self._troubles = interruption, troubles
        self._seen = 0
        self._mine: set[RunId] = {head.run for head in earlier}
        """The runs this command stays with: whoever stops it stops no run that another terminal began."""

    async def follow(self, run: Run) -> RunState:
        """Return the run's state once it rests: over, or parked; or as it stands when somebody stopped this process.

        Raises HoldfastError for a run that cannot be driven.
        """
        self._mine.add(run.id)
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch(run))
            state = await first_of(run.wait(), self._troubles.give_up(run.id), self._stopped())
            watching.cancel()
        await self._watch(run, follow=False)
        return state or await run.state()

    async def see_through(self, heads: Sequence[Head]) -> None:
        """Return once each of those runs rests, or cannot be driven, or somebody stopped this process."""
        for head in heads:
            run = await self._runtime.run(head.run)
            if not (await run.head()).is_over and not self._interruption.was_asked:
                self._view.remark(f"still going on with {_named(head)}; Ctrl-C parks it")
                with contextlib.suppress(HoldfastError):
                    await first_of(run.wait(), self._troubles.give_up(run.id, after=1), self._stopped())
            state = await run.state()
            if state.parked is not None and not state.is_over:
                self._view.remark(f"{_named(head)} is parked; {way_on(state)}")

    async def _watch(self, run: Run, *, follow: bool = True) -> None:
        async for item in run.progress(self._seen, follow=follow):
            if isinstance(item, Entry):
                self._seen = item.version
            self._view.note(item)

    async def _stopped(self) -> None:
        """Return once somebody has stopped this process and what it drives is parked."""
        await self._interruption.wait()
        if self._runtime.drives:
            self._view.remark("stopping: what is under way is let go of; once more to stop at once")
            await self._runtime.park(self._interruption.reason, self._mine)


async def interrupted_earlier(runtime: Runtime) -> list[Head]:
    """Return the runs that a driving process takes up again by itself: it is their turn, and nobody drives them."""
    if not runtime.drives:
        return []
    now = time.time()
    newest = await runtime.runs(RunFilter(count_max=UNFINISHED_MAX))
    return [head for head in newest if not head.is_over and head.wake_at is not None and head.wake_at <= now]


def told_earlier(head: Head) -> str:
    """Return what is said of a run that goes on beside the one asked for."""
    return f"also going on with {_named(head)}, interrupted earlier"


def _named(head: Head) -> str:
    return f"run {short_id(head.run)} ({head.app}: {head.title})"
