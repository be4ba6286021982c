"""Processes that drive one disk: each opens a runtime for good, freezes, dies and starts anew."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any, TypeVar

from holdfast.integration.gateway.port import Model
from holdfast.kernel.errors import Fenced, HoldfastError, JournalError
from holdfast.kernel.ids import RunId
from holdfast.kernel.randomness import SeededRandomness
from holdfast.orchestration.application.app import App
from holdfast.runtime import Runtime
from holdfast.testing.simulator.clock import SimClock
from holdfast.testing.simulator.disk import AuditedDisk
from holdfast.testing.simulator.faults import Fault, Kind, Mishaps
from holdfast.testing.simulator.loop import PROCESS, SimLoop
from holdfast.testing.simulator.store import SimStore

T = TypeVar("T")
RESTART_SECONDS = 1.0


@dataclass
class _Life:
    """One life of a process."""

    name: str
    clock: SimClock
    store: SimStore
    runtime: Runtime | None = None


@dataclass
class Cluster:
    """The processes, by number. ``models`` are made anew in each life, as after a restart."""

    loop: SimLoop
    disk: AuditedDisk
    mishaps: Mishaps
    apps: Sequence[App]
    models: Callable[[], Mapping[str, Model]]
    seed: int
    troubles: list[Exception] = field(default_factory=list)
    """What no fault explains."""
    _lives: dict[int, _Life] = field(default_factory=dict)
    _tasks: list["asyncio.Future[Any]"] = field(default_factory=list)  # Any: whatever was asked
    _count: int = 0

    def start(self, number: int) -> None:
        """Start process ``number``."""
        self._count += 1
        randomness, clock = SeededRandomness(self.seed * 1_000 + self._count), SimClock()
        store = SimStore(clock, self.disk, randomness, self.mishaps)
        life = self._lives[number] = _Life(f"process {number}, life {self._count}", clock, store)
        self._spawn(life.name, self._live(life, randomness))

    async def befall(self, fault: Fault) -> None:
        """Do to a process what ``fault`` says."""
        life = self._lives[fault.who]
        self.mishaps.came(fault)
        match fault.kind:
            case Kind.FREEZE:
                self.loop.freeze(life.name, self.loop.time() + fault.seconds)
            case Kind.JUMP:
                life.clock.jump(fault.seconds)
            case _:
                life.store.is_cut_off = True
                life.runtime = None
                self.loop.kill(life.name)
                await asyncio.sleep(fault.seconds)
                if self._lives[fault.who] is life:
                    self.start(fault.who)

    async def ask(self, number: int, question: Callable[[Runtime], Coroutine[object, object, T]], seconds: float) -> T:
        """Have process ``number`` do something; TimeoutError if it is down, dies or takes longer than ``seconds``."""
        life = self._lives[number]
        if life.runtime is None:
            raise TimeoutError(f"{life.name} is down")
        asked = self._spawn(life.name, question(life.runtime))
        async with asyncio.timeout(seconds):
            await asyncio.wait((asked,))
        return asked.result()

    async def end(self) -> None:
        """Clear everything away, the dead too."""
        for life in self._lives.values():
            life.store.is_cut_off = True
        self.loop.raise_the_dead()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _live(self, life: _Life, randomness: SeededRandomness) -> None:
        while not life.store.is_cut_off:
            try:
                async with Runtime.open(
                    life.store,
                    apps=self.apps,
                    models=self.models(),
                    clock=life.clock,
                    randomness=randomness,
                    on_trouble=self._trouble,
                ) as runtime:
                    life.runtime = runtime
                    await self.loop.create_future()
            except (HoldfastError, ExceptionGroup) as error:
                self._trouble(None, error)
            life.runtime = None
            await asyncio.sleep(RESTART_SECONDS)

    def _trouble(self, _run: RunId | None, error: Exception) -> None:
        if not _is_explained(error):
            self.troubles.append(error)

    def _spawn(self, process: str, work: Coroutine[object, object, T]) -> "asyncio.Task[T]":
        context = copy_context()
        context.run(PROCESS.set, process)
        task = self.loop.create_task(work, context=context)
        self._tasks.append(task)
        return task


def _is_explained(error: BaseException) -> bool:
    """Whether a store that fails now and then, or another driver, is all that is behind it."""
    if isinstance(error, BaseExceptionGroup):
        return all(_is_explained(each) for each in error.exceptions)
    return isinstance(error, JournalError | Fenced)
