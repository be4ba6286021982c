"""Running analysers and searches in worker processes: bounded in number, killed on timeout and on cancellation.

A worker answers file by file. If it dies or falls silent, the file it was at gets the blame and a problem of its own,
and the rest goes on in a new worker. Whoever awaits and is cancelled takes the worker's work along: it is killed at
once.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from types import TracebackType

from holdfast.apps.review.analysers.candidate import AnalysisResult
from holdfast.apps.review.analysers.catalogue import Scope, analyser_named
from holdfast.apps.review.analysers.gathering import Gathering
from holdfast.apps.review.analysers.process import LAUNCH, Silence, TimeIsUp, WorkerProcess
from holdfast.apps.review.analysers.protocol import Analyse, Found, Message, Read, Refused, Search, Shown
from holdfast.apps.review.analysers.reports import ClosingReport, FileReport
from holdfast.apps.review.source.globs import matches
from holdfast.apps.review.source.reading import LinesPage
from holdfast.apps.review.source.repository import Repository
from holdfast.apps.review.source.search import HitsPage, Query
from holdfast.kernel.errors import HoldfastError, InputError

WORKERS_MAX = 8  # each may take a few hundred megabytes
JOBS_PER_WORKER_MAX = 100  # then it is replaced, so that no tool's leak adds up
FILE_SECONDS_MAX = 30.0
JOB_SECONDS_MAX = 200.0  # what has been found by then is told, the rest is named
CLOSING_SECONDS_MAX = 110.0  # the audit of dependencies waits for the network
SEARCH_SECONDS_MAX = 15.0
LOSSES_MAX = 5  # workers lost in one job before the rest of its files is given up
ALL_FILES = "(all files together)"


class AnalyserPool:
    """A bounded number of worker processes, started when first needed; use it as an async context."""

    def __init__(
        self,
        workers_max: int | None = None,
        *,
        file_seconds_max: float = FILE_SECONDS_MAX,
        job_seconds_max: float = JOB_SECONDS_MAX,
        search_seconds_max: float = SEARCH_SECONDS_MAX,
        launch: str = LAUNCH,
    ) -> None:
        """``launch`` is the Python that a worker runs; another one can stand in for it that speaks the protocol."""
        self.workers_max = workers_max or max(1, min(_processors(), WORKERS_MAX))
        self._file_seconds_max = file_seconds_max
        self._job_seconds_max = job_seconds_max
        self._search_seconds_max = search_seconds_max
        self._launch = launch
        self._places = asyncio.Semaphore(self.workers_max)
        self._idle: list[WorkerProcess] = []

    async def __aenter__(self) -> "AnalyserPool":
        """Give the pool; nothing is started yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every worker. Jobs have ended before, for they are awaited inside the context."""
        while self._idle:
            await self._idle.pop().kill()

    async def start(self) -> None:
        """Start a worker ahead of the first job. Raises InputError if the tools it needs are not installed."""
        async with self._places, self._worker() as worker:
            worker.jobs_done += 1

    async def analyse(self, repository: Repository, name: str, paths: Iterable[str]) -> AnalysisResult:
        """Run an analyser over those of the files that it has anything to say of.

        Raises InputError for an unknown analyser or path, and if the tools are not installed.
        """
        analyser = analyser_named(name)
        files = tuple(file for file in map(repository.file, paths) if analyser.takes(file))
        gathering = Gathering(name)
        losses = 0
        async with self._places:
            deadline = asyncio.get_running_loop().time() + self._job_seconds_max
            while True:
                done, loss = await self._drive(Analyse(name, repository.root, files), gathering, deadline)
                if loss is None:
                    return gathering.result()
                losses += 1
                rest = files[done + 1 :]
                gathering.lose(files[done].path if done < len(files) else ALL_FILES, loss.reason)
                if done >= len(files) or losses >= LOSSES_MAX or isinstance(loss, TimeIsUp):
                    for file in rest:
                        gathering.lose(file.path, f"given up with the rest of the job: {loss.reason}")
                    return gathering.result()
                if analyser.scope is Scope.PROJECT:
                    gathering.forget()
                    files = (*files[:done], *rest)
                else:
                    files = rest

    async def search(self, repository: Repository, query: Query) -> HitsPage:
        """Search the repository, secrets masked. Raises InputError if the query cannot be used, or takes too long."""
        files = tuple(file for file in repository.files if matches(file.path, query.glob))
        match await self._ask(Search(query, repository.root, files)):
            case Found(page=page):
                return page
            case Silence(reason=reason):
                raise InputError(
                    f"expected a search that ends, found that {reason}: simplify the pattern or narrow the glob"
                )
            case other:
                raise HoldfastError(f"expected the answer to a search, found {type(other).__name__}")

    async def read_lines(self, repository: Repository, path: str, first: int, last: int) -> LinesPage:
        """Return numbered lines of a file, secrets masked. Raises InputError as the repository's reading does."""
        match await self._ask(Read(repository.root, repository.file(path), first, last)):
            case Shown(page=page):
                return page
            case Silence(reason=reason):
                raise InputError(f"expected lines of '{path}', found that {reason}: go on without them")
            case other:
                raise HoldfastError(f"expected lines of a file, found {type(other).__name__}")

    async def _ask(self, job: Search | Read) -> Message | Silence:
        """Give a worker a job that has one answer. Raises InputError if it was refused."""
        async with self._places, self._worker() as worker:
            await worker.send(job)
            answer = await worker.receive(self._search_seconds_max)
            if not isinstance(answer, Silence):
                worker.jobs_done += 1
        if isinstance(answer, Refused):
            raise InputError(answer.message)
        return answer

    async def _drive(self, job: Analyse, gathering: Gathering, deadline: float) -> tuple[int, Silence | None]:
        """Give a job to a worker and gather what it says; return how many files it answered for, and its silence."""
        done = 0
        loop = asyncio.get_running_loop()
        async with self._worker() as worker:
            await worker.send(job)
            while True:
                step_seconds = CLOSING_SECONDS_MAX if done >= len(job.files) else self._file_seconds_max
                seconds_left = deadline - loop.time()
                answer = await worker.receive(max(0.0, min(step_seconds, seconds_left)))
                if isinstance(answer, Silence) and loop.time() >= deadline:
                    return done, TimeIsUp(f"the job took longer than {self._job_seconds_max:g} s")
                match answer:
                    case FileReport():
                        gathering.add(answer)
                        done += 1
                    case ClosingReport():
                        gathering.add(answer)
                        worker.jobs_done += 1
                        return done, None
                    case Silence():
                        return done, answer
                    case other:
                        return done, Silence(f"an unexpected answer came: {type(other).__name__}")

    @asynccontextmanager
    async def _worker(self) -> AsyncIterator[WorkerProcess]:
        """Lend an idle worker or a new one. It is taken back only if it finished its job; else it is killed."""
        while self._idle and not self._idle[-1].is_alive:
            await self._idle.pop().kill()
        worker = self._idle.pop() if self._idle else await WorkerProcess.start(self._launch)
        before = worker.jobs_done
        try:
            yield worker
        finally:
            if worker.jobs_done > before and worker.jobs_done < JOBS_PER_WORKER_MAX:
                self._idle.append(worker)
            else:
                await worker.kill()


def _processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
