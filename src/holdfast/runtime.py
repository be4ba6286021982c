"""The composition root: the only module that names concrete adapters. Opens a store, takes requests, drives runs."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from holdfast.dispatch.local import LocalDispatcher
from holdfast.dispatch.port import Lane, OnTrouble
from holdfast.execution.agent import Agent
from holdfast.integration.gateway.port import Model
from holdfast.integration.gateway.recorded import RecordedModel
from holdfast.integration.gateway.transcript import Transcript
from holdfast.intent.admit import admit
from holdfast.intent.request import Request
from holdfast.journal.live import Live
from holdfast.journal.mail import Mail, encode_mail
from holdfast.journal.port import Head, Letter, RunFilter, Store
from holdfast.journal.stores.memory import MemoryStore
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.journal.upkeep import KeptStore
from holdfast.kernel.clock import Clock, SystemClock
from holdfast.kernel.errors import DefinitionError, InputError, JournalError, RunNotFound
from holdfast.kernel.faults import Reach, pass_by
from holdfast.kernel.ids import LetterId, RunId, new_letter_id
from holdfast.kernel.limits import Budget
from holdfast.kernel.randomness import Randomness, SystemRandomness
from holdfast.orchestration.app import App
from holdfast.orchestration.catalogue import Catalogue
from holdfast.orchestration.driver import Surroundings
from holdfast.orchestration.equipment import Equipped
from holdfast.orchestration.handle import Run
from holdfast.orchestration.inquiry import Asked
from holdfast.orchestration.worker import Worker
from holdfast.version import VERSION

DEFAULT_STORE = "sqlite:///holdfast.db"
RUNS_AT_ONCE_MAX = 500
POLL_SECONDS = 0.25
"""How often another process's writes to the same file are looked for."""
TAKE_OVER_SECONDS = 1.0
"""How often a process that follows tries to take over the driving."""
IDS_SEARCHED_MAX = 10_000
ID_CHARACTERS_MIN = 4
RECORDED = "recorded:"
"""A model of this name and a path replays the transcript in that file."""

_log = logging.getLogger("holdfast")


class Runtime:
    """Runs applications on one store. Open it with ``Runtime.open``; everything it started ends with the block.

    The first process to open a store drives its runs. Another may open the same store: it begins runs, follows and
    posts, and takes over the driving when the first is gone.
    """

    def __init__(
        self,
        store: Store,
        around: Surroundings,
        catalogue: Catalogue,
        equipped: Equipped,
        *,
        recovers: bool,
        on_trouble: OnTrouble,
        reach: Reach = pass_by,
    ) -> None:
        self._store, self._around, self._apps, self._equipped = store, around, catalogue, equipped
        self._recovers, self._on_trouble, self._reach = recovers, on_trouble, reach
        self._worker = Worker(around, lambda app: equipped.with_all_for(catalogue.find(app)))
        self._dispatcher: LocalDispatcher | None = None
        self._troubles: dict[RunId, DefinitionError] = {}
        """Runs that were last found impossible to drive here, until somebody asks for them again."""

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        url: str | Store = DEFAULT_STORE,
        *,
        apps: Sequence[App | Agent] = (),
        models: Mapping[str, Model] | None = None,
        clock: Clock | None = None,
        randomness: Randomness | None = None,
        drives: bool = True,
        recovers: bool = True,
        on_trouble: OnTrouble | None = None,
        runs_at_once_max: int = RUNS_AT_ONCE_MAX,
        reach: Reach = pass_by,
    ) -> "AsyncIterator[Runtime]":
        """Open the store at ``url`` (``sqlite:///PATH`` or ``memory:``) and drive its runs until the block ends.

        A store that was made already may stand in the place of the URL. ``models`` are offered to every app beside its
        own. With ``drives=False`` nothing is driven here, with ``recovers=False`` only runs that this runtime is asked
        about. Runs still going when the block ends are let go of, durable, and go on with the next driver. ``reach`` is
        told each point at which a crash would matter. Raises InputError for a URL it does not know, JournalError for a
        store it cannot use; and, out of the block, whatever keeps it from driving any longer.
        """
        clock, randomness = clock or SystemClock(), randomness or SystemRandomness()
        store = _store(url, clock, randomness, reach) if isinstance(url, str) else url
        await store.open()
        worker = f"{socket.gethostname()}:{os.getpid()}:{randomness.bytes(4).hex()}"
        around = Surroundings(store, clock, randomness, Live(), worker)
        equipped = Equipped(models or {}, _by_scheme, clock, reach)
        failure: BaseException | None = None
        try:
            trouble = on_trouble or _log_trouble
            runtime = cls(store, around, Catalogue(apps), equipped, recovers=recovers, on_trouble=trouble, reach=reach)
            if drives:
                await runtime._try_to_drive(runs_at_once_max)
            async with asyncio.TaskGroup() as group:
                serving = group.create_task(runtime._serve(runs_at_once_max, drives=drives))
                try:
                    yield runtime
                finally:
                    await runtime._let_go(serving)
        except BaseExceptionGroup as failures:
            failure = _only(failures)
        finally:
            equipped.close()
            await store.close()
        if failure is not None:
            raise failure

    @property
    def drives(self) -> bool:
        """Whether this process drives the runs of its store; otherwise another one does."""
        return self._dispatcher is not None

    async def start(
        self,
        target: App | Agent | str,
        input: object,  # noqa: A002  # the word of the glossary
        *,
        tenant: str = "default",
        session: str | None = None,
        request_id: str | None = None,
        budget: Budget | None = None,
        model: str | None = None,
        models: Mapping[str, str] | None = None,
    ) -> Run:
        """Begin a run of an app, of one agent, or of the app of that name, and return it once it is durable.

        The same ``request_id`` twice is one run. ``model`` replaces the model of every agent, ``models`` that of single
        ones. Raises InputError for an input the app cannot use, DefinitionError for an app or model that is unknown.
        """
        app = self._apps.find(target)
        request = Request(
            app=app,
            input=input,
            tenant=tenant,
            session=session,
            request_id=request_id,
            budget=budget,
            model=model,
            models=models or {},
        )
        gateway = self._equipped.with_all_for(app).gateway
        for name in request.model_names.values():
            gateway.model(name)
        run = await admit(request, self._store, self._around.clock, self._around.randomness, VERSION)
        await self._wake(run)
        return self._handle(run)

    async def run(self, run_id: str) -> Run:
        """Return the run with this id; the end of an id will do if only one run has it. Raises RunNotFound."""
        return self._handle(await self._full_id(run_id))

    async def runs(self, which: RunFilter | None = None) -> Sequence[Head]:
        """Return the runs that match, newest first."""
        return await self._store.runs(which or RunFilter())

    @property
    def upkeep(self) -> KeptStore:
        """What an operator needs: move runs, back up, remove. Raises InputError for a store that does not offer it."""
        if isinstance(self._store, MemoryStore | SqliteStore):
            return self._store
        raise InputError(f"expected a store of Holdfast's own, found {type(self._store).__name__}: use its own tools")

    async def park(self, reason: str, runs: Collection[RunId] | None = None) -> None:
        """Let go of ``runs``, or of every run this process drives; each waits until somebody resumes it."""
        await self._worker.park(reason, runs)

    def _handle(self, run: RunId) -> Run:
        return Run(run, self._store, self._around.live, self._post, self._troubles.get, self._apps.find)

    async def _full_id(self, run_id: str) -> RunId:
        if run_id.startswith("run_"):
            return (await self._store.head(RunId(run_id))).run
        if len(run_id) < ID_CHARACTERS_MIN:
            raise RunNotFound(
                f"expected a run's id, or at least {ID_CHARACTERS_MIN} characters of its end, found {run_id!r}: "
                "'holdfast runs' lists them"
            )
        found = [
            head.run
            for head in await self._store.runs(RunFilter(count_max=IDS_SEARCHED_MAX))
            if head.run.endswith(run_id.upper())
        ]
        if len(found) != 1:
            told = "none" if not found else f"{len(found)}"
            raise RunNotFound(f"expected one run whose id ends in {run_id!r}, found {told}: 'holdfast runs' lists them")
        return found[0]

    async def _post(self, run: RunId, mail: Mail, letter_id: LetterId | None = None) -> None:
        await self._store.head(run)
        letter = Letter(letter_id or new_letter_id(self._around.randomness), run, encode_mail(mail))
        await self._store.post((letter,))
        self._worker.mail_came(run)
        await self._wake(run)

    async def _wake(self, run: RunId) -> None:
        self._worker.asked.add(run)
        self._troubles.pop(run, None)
        if self._dispatcher is not None:
            await self._dispatcher.wake(run, lane=Lane.INTERACTIVE)

    async def _serve(self, runs_at_once_max: int, *, drives: bool) -> None:
        """Drive if nobody else does; else follow, and try again now and then."""
        failure: BaseException | None = None
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._watch())
                while drives and not await self._try_to_drive(runs_at_once_max):
                    await self._around.clock.sleep(TAKE_OVER_SECONDS)
                if self._dispatcher is not None:
                    await self._dispatcher.serve(self._worker.drive)
        except BaseExceptionGroup as failures:
            failure = _only(failures)
        if failure is not None:
            raise failure

    async def _try_to_drive(self, runs_at_once_max: int) -> bool:
        """Get ready to drive, unless another process does; say whether this one is."""
        if self._dispatcher is not None:
            return True
        if isinstance(self._store, SqliteStore) and not await self._store.become_driver():
            return False
        index = self._store if self._recovers else Asked(self._store, self._worker.asked)
        self._dispatcher = LocalDispatcher(
            index,
            self._around.clock,
            on_trouble=self._trouble,
            runs_at_once_max=runs_at_once_max,
            reach=self._reach,
        )
        for run in tuple(self._worker.asked):
            await self._dispatcher.wake(run)
        return True

    async def _watch(self) -> None:
        """Notice what other processes write to the same file."""
        store = self._store
        if not isinstance(store, SqliteStore):
            return
        seen = store.change_counter()
        while True:
            await self._around.clock.sleep(POLL_SECONDS)
            try:
                counter = store.change_counter()
            except JournalError as error:  # what others write shows later, then: nothing depends on it
                self._trouble(None, error)
                continue
            if counter != seen:
                seen = counter
                self._around.live.rest_all()
                self._worker.mail_came_to_any()

    async def _let_go(self, serving: "asyncio.Task[None]") -> None:
        """Stop every driver, wait until each has committed what it knows, and end the serving task."""
        self._worker.close()
        if self._dispatcher is not None:
            await self._dispatcher.drain()
        serving.cancel()
        await asyncio.wait((serving,))

    def _trouble(self, run: RunId | None, error: Exception) -> None:
        if run is not None:
            if isinstance(error, DefinitionError):
                self._troubles[run] = error
            self._around.live.rest(run)
        self._on_trouble(run, error)


def _by_scheme(name: str) -> Model | None:
    """Return the model that a name with a scheme stands for, None if it has no scheme known here."""
    if name.startswith(RECORDED):
        return RecordedModel(Transcript.read(Path(name.removeprefix(RECORDED))), name=name)
    return None


def _store(url: str, clock: Clock, randomness: Randomness, reach: Reach) -> Store:
    if url == "memory:":
        return MemoryStore(clock, randomness=randomness, on_point=reach)
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///")
        return SqliteStore(path, clock, drives=False, randomness=randomness, on_point=reach)
    raise InputError(f"expected a store such as sqlite:///holdfast.db or memory:, found {url!r}")


def _only(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what failed, by itself if it is one thing."""
    return failures.exceptions[0] if len(failures.exceptions) == 1 else failures


def _log_trouble(run: RunId | None, error: Exception) -> None:
    _log.error("%s: %s", run or "dispatcher", error, exc_info=error)
