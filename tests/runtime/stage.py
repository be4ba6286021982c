"""A stage for runs: a runtime on a disk of memory, a clock that is moved, a model that does what it is told."""

import asyncio
import gc
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from holdfast.execution.agent import Agent
from holdfast.integration.gateway.port import Model
from holdfast.integration.gateway.routing.route import Route
from holdfast.integration.gateway.scripted import Script, ScriptedModel
from holdfast.journal.events import Event
from holdfast.journal.fold.state import RunState
from holdfast.journal.port import Store
from holdfast.journal.stores.memory import MemoryDisk, MemoryStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.faults import Reach, pass_by
from holdfast.kernel.ids import RunId
from holdfast.kernel.randomness import SeededRandomness
from holdfast.orchestration.application.app import App
from holdfast.orchestration.driving.driver import Driver
from holdfast.orchestration.run.handle import Run
from holdfast.prompts.prompt import Prompt
from holdfast.runtime import Runtime

T = TypeVar("T")
SCRIPTED = "scripted"
SECONDS_MAX = 1_000_000.0
"""How far the clock is moved at most to see something happen."""
LULL_SECONDS, TURNS_BEFORE_LEAP = 60.0, 2_000
GREETING = Prompt("desk", "You are a desk.")


@dataclass
class Troubles:
    """Keeps what a runtime reports."""

    heard: list[tuple[RunId | None, Exception]] = field(default_factory=list)

    def __call__(self, run: RunId | None, error: Exception) -> None:
        self.heard.append((run, error))

    @property
    def errors(self) -> list[Exception]:
        return [error for _, error in self.heard]


@dataclass
class Stage:
    """What outlives a runtime: open one after the other on it, as one process follows another."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    disk: MemoryDisk = field(default_factory=MemoryDisk)
    troubles: Troubles = field(default_factory=Troubles)
    seed: int = 0
    always: dict[str, Any] = field(default_factory=dict)
    """Options with which every runtime is opened."""

    def store(self, reach: Reach = pass_by) -> MemoryStore:
        self.seed += 1
        return MemoryStore(self.clock, self.disk, randomness=SeededRandomness(self.seed), on_point=reach)

    @asynccontextmanager
    async def runtime(
        self,
        script: Script | Model | Route | None = None,
        *,
        apps: Sequence[App | Agent] = (),
        models: Mapping[str, Model] | None = None,
        store: Store | None = None,
        **options: Any,  # Any: handed on to Runtime.open, which names them
    ) -> AsyncIterator[Runtime]:
        """Open a runtime whose model ``scripted`` follows ``script``."""
        offered = dict(models or {})
        if script is not None:
            offered[SCRIPTED] = scripted(script)
        self.seed += 1
        async with Runtime.open(
            store or self.store(),
            apps=apps,
            models=offered,
            clock=self.clock,
            randomness=SeededRandomness(self.seed),
            on_trouble=self.troubles,
            **{**self.always, **options},
        ) as runtime:
            yield runtime

    async def until(self, work: Coroutine[object, object, T]) -> T:
        """Move the clock on until ``work`` is done, and return what it gives."""
        task = asyncio.ensure_future(work)
        try:
            limit = self.clock.now() + SECONDS_MAX
            await self.clock.advance(0)
            while not task.done():
                instant = self.clock.next_wake() or limit
                if instant - self.clock.now() > LULL_SECONDS:
                    await self._let_settle(task)
                    if task.done():
                        break
                assert instant < limit, "nothing is going to happen any more, or it takes too long"
                await self.clock.advance(max(0.0, instant - self.clock.now()))
            return task.result()
        finally:
            task.cancel()
            await asyncio.wait((task,))

    async def _let_settle(self, task: "asyncio.Future[T]") -> None:
        """Before time leaps: what needs no time may still need many turns of the loop."""
        for _ in range(TURNS_BEFORE_LEAP):
            if not task.done():
                await asyncio.sleep(0)

    async def result(self, run: Run) -> object:
        """Return the run's result; the clock moves as far as it takes."""
        return await self.until(run.result())

    async def ended(self, run: Run) -> RunState:
        """Return the run's state once it is over or parked."""
        return await self.until(run.wait())


def scripted(script: Script | Model | Route) -> Model:
    """Return a model that follows ``script``; what is a model already, or a route to several, stays as it is."""
    return script if hasattr(script, "stream") or isinstance(script, Route) else ScriptedModel(script)  # type: ignore[return-value]


def desk(**changes: Any) -> Agent:
    """Return an agent called ``desk`` on the scripted model."""
    return Agent(**{"name": "desk", "prompt": GREETING, "model": SCRIPTED, **changes})


def drivers() -> set[int]:
    """Return what drivers are in memory, those of other tests included."""
    gc.collect()
    return {id(thing) for thing in gc.get_objects() if isinstance(thing, Driver)}


async def events_of(run: Run) -> list[Event]:
    """Return everything that is recorded of the run."""
    return [entry.event async for entry in run.events(follow=False)]


def of_kind(events: Sequence[Event], kind: type[T]) -> list[T]:
    """Return the events of one kind, in order."""
    return [event for event in events if isinstance(event, kind)]
