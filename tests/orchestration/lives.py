"""Processes that die: a run is driven until the disk is reached for the n-th time, and everything in memory is gone."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field

from holdfast.integration.gateway.port import Model
from holdfast.integration.gateway.routing.route import Route
from holdfast.integration.gateway.scripted import Script
from holdfast.journal.codec import decode
from holdfast.journal.events import Event
from holdfast.journal.fold.state import RunState
from holdfast.kernel.ids import RunId
from holdfast.orchestration.application.app import App
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime
from holdfast.testing.faults.invariants import repeated
from tests.runtime.stage import Stage

__all__ = ["REQUEST", "Process", "live", "live_with", "only_run", "points", "recorded", "repeated"]

REQUEST = "the one run"
Attend = Callable[[Run], Coroutine[object, object, RunState]]
Work = Callable[[Runtime], Coroutine[object, object, RunState]]


@dataclass
class Process:
    """Passes fault points until it is told to die."""

    kill_at: int
    passed: int = 0
    died: asyncio.Event = field(default_factory=asyncio.Event)

    def reach(self, _point: str) -> None:
        self.passed += 1
        if self.died.is_set() or self.passed == self.kill_at:
            self.died.set()
            raise RuntimeError("the process is dead")


async def live(
    stage: Stage,
    app: App,
    given: object,
    script: Script | Model | Route,
    kill_at: int = 0,
    attend: Attend = Run.wait,
    others: Sequence[App] = (),
) -> RunState | None:
    """Begin the run, or go on with it, until it rests; None if the process died before. ``kill_at`` 0: it does not.

    ``attend`` is what somebody does with the run meanwhile; ``others`` are the apps that it may run besides.
    """

    async def work(runtime: Runtime) -> RunState:
        return await attend(await runtime.start(app, given, request_id=REQUEST))

    return await live_with(stage, [app, *others], script, work, Process(kill_at))


async def live_with(
    stage: Stage, apps: Sequence[App], script: Script | Model | Route, work: Work, process: Process
) -> RunState | None:
    """Do ``work`` with a runtime of ``process``; None if that died before its end."""

    async def drive() -> RunState:
        async with stage.runtime(script, apps=apps, store=stage.store(process.reach)) as runtime:
            return await work(runtime)

    async def drive_or_die() -> RunState | None:
        driving, dying = asyncio.create_task(drive()), asyncio.create_task(process.died.wait())
        try:
            await asyncio.wait((driving, dying), return_when=asyncio.FIRST_COMPLETED)
            return None if process.died.is_set() else driving.result()
        finally:
            stage.disk.owner = None
            for task in (driving, dying):
                task.cancel()
            await asyncio.wait((driving, dying))

    state = await stage.until(drive_or_die())
    stage.troubles.heard.clear()
    return state


async def points(
    stage: Stage,
    app: App,
    given: object,
    script: Script | Model | Route,
    attend: Attend = Run.wait,
    others: Sequence[App] = (),
) -> int:
    """Return how many points a life without death passes."""
    process = Process(0)
    async with stage.runtime(script, apps=[app, *others], store=stage.store(process.reach)) as runtime:
        run = await runtime.start(app, given, request_id=REQUEST)
        await stage.until(attend(run))
        return process.passed


def only_run(stage: Stage) -> RunId | None:
    """Return the run on the disk, if it was begun; children of it do not count."""
    return next((head.run for head in stage.disk.heads() if head.parent is None), None)


def recorded(stage: Stage, run: RunId | None = None) -> list[Event]:
    """Return what lies on the disk of ``run``, by default of the only one."""
    run = run or only_run(stage)
    return [] if run is None else [decode(entry.body) for entry in stage.disk.get(run).events]
