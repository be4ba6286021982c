"""Carries a plan out: starts the processes, lets the faults come, waits until everything rests, and has it judged."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Coroutine

import msgspec

from holdfast import Runtime
from holdfast.kernel.errors import HoldfastError, InputError
from holdfast.testing.simulator.cluster import Cluster
from holdfast.testing.simulator.disk import AuditedDisk
from holdfast.testing.simulator.faults import TO_PROCESSES, TO_RUNS, Fault, Kind, Mishaps
from holdfast.testing.simulator.loop import GoesInCircles, NothingLeft, SimLoop
from tests.proof.simulation.judge import judge, labels
from tests.proof.simulation.plan import FAULTS_WITHIN_SECONDS, Plan
from tests.proof.simulation.world import World

REST_SECONDS_MAX = 1_500.0
"""How long after the last fault everything must rest."""
ASK_SECONDS = 40.0
ASKS_MAX = 60
LOOK_SECONDS = 2.0


class Report(msgspec.Struct):
    """What came of one simulation."""

    seed: int
    wrong: list[str]
    seconds: float
    """Virtual ones."""
    steps: int
    befallen: dict[str, int]


def simulate(plan: Plan) -> Report:
    """Carry ``plan`` out. The same plan gives the same report."""
    loop = SimLoop(plan.seed)
    loop.set_exception_handler(lambda _loop, _context: None)
    mishaps, wrong = Mishaps(plan.faults), list[str]()
    simulation = _Simulation(plan, loop, mishaps)
    try:
        try:
            wrong += loop.run_until_complete(simulation.run())
            loop.run_until_complete(simulation.end())
        except (NothingLeft, GoesInCircles) as stopped:
            wrong.append(f"{type(stopped).__name__}: {stopped}")
        return Report(plan.seed, wrong, loop.time(), loop.steps, dict(mishaps.befallen))
    finally:
        asyncio.set_event_loop(None)
        loop.close()


class _Simulation:
    def __init__(self, plan: Plan, loop: SimLoop, mishaps: Mishaps) -> None:
        self._plan, self._mishaps = plan, mishaps
        self._random = random.Random(plan.seed)
        self._disk = AuditedDisk()
        self._world = World(self._disk, mishaps)
        self._app = self._world.app(plan.flow)
        self._cluster = Cluster(
            loop, self._disk, mishaps, (self._app, *self._world.kids()), self._world.models, plan.seed
        )
        self._cancelled: set[str] = set()

    async def run(self) -> list[str]:
        for number in range(self._plan.processes):
            self._cluster.start(number)
        async with asyncio.TaskGroup() as group:
            for label, at in zip(labels(self._plan), self._plan.starts, strict=True):
                group.create_task(self._start(label, at))
            for fault in self._plan.faults:
                if fault.kind in TO_PROCESSES:
                    group.create_task(self._befall(fault))
                elif fault.kind in TO_RUNS:
                    group.create_task(self._meddle(fault))
            group.create_task(asyncio.sleep(FAULTS_WITHIN_SECONDS))
        self._mishaps.is_over = True
        await self._rest()
        wrong = list(judge(self._plan, self._disk, self._world, self._cancelled))
        return wrong + [f"trouble: {type(error).__name__}: {error!r:.300}" for error in self._cluster.troubles]

    async def end(self) -> None:
        """Close every process, with the disk out of reach."""
        await self._cluster.end()

    async def _start(self, label: str, at: float) -> None:
        await asyncio.sleep(at)

        async def start(runtime: Runtime) -> None:
            await runtime.start(self._app, label, request_id=label)

        await self._insist(start)

    async def _befall(self, fault: Fault) -> None:
        await asyncio.sleep(fault.at)
        await self._cluster.befall(fault)

    async def _meddle(self, fault: Fault) -> None:
        """Do what people do to runs: cancel or resume them, ask for them again, have go on what failed."""
        await asyncio.sleep(max(fault.at, self._plan.starts[fault.who]))
        label = labels(self._plan)[fault.who]

        async def meddle(runtime: Runtime) -> None:
            run = await runtime.start(self._app, label, request_id=label)
            if fault.kind is Kind.CANCEL:
                await run.cancel("enough")
                self._cancelled.add(label)
            elif fault.kind is Kind.RESUME:
                await run.resume()
            elif fault.kind is Kind.REQUEUE:
                with contextlib.suppress(InputError):  # it has not failed
                    await run.requeue()

        if fault.kind in (Kind.CANCEL, Kind.REQUEUE):
            self._world.disturbed.add(label)
        await self._insist(meddle)
        self._mishaps.came(fault)

    async def _insist(self, question: Callable[[Runtime], Coroutine[object, object, None]]) -> None:
        """Ask one process after the other until one has done it."""
        for _ in range(ASKS_MAX):
            try:
                await self._cluster.ask(self._random.randrange(self._plan.processes), question, ASK_SECONDS)
            except (TimeoutError, HoldfastError):
                await asyncio.sleep(1.0)
            else:
                return
        raise AssertionError("no process ever did what it was asked")

    async def _rest(self) -> None:
        """Wait until every run is over or waits for a person, or the time for that is up."""
        for _ in range(int(REST_SECONDS_MAX / LOOK_SECONDS)):
            if all(head.is_over or head.is_parked for head in self._disk.heads()):
                return
            await asyncio.sleep(LOOK_SECONDS)
