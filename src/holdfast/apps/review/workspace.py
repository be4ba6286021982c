"""What the tools of one review share: the repository as it is reviewed, its scopes, and the analysers' results."""

import asyncio
import tempfile
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from holdfast.apps.review.analysers.candidate import AnalysisResult
from holdfast.apps.review.analysers.pool import AnalyserPool
from holdfast.apps.review.change.export import export_revision
from holdfast.apps.review.change.model import Change
from holdfast.apps.review.change.reading import read_change
from holdfast.apps.review.change.revision import RevisionReader
from holdfast.apps.review.scope import SCOPES_MAX, Scope, scopes_of, whole
from holdfast.apps.review.source.reading import LinesPage
from holdfast.apps.review.source.repository import Repository
from holdfast.apps.review.source.search import HitsPage, Query
from holdfast.kernel.errors import InputError
from holdfast.orchestration.application.app import Resources

RESULTS_KEPT_MAX = 64
SCOPES_TOLD_MAX = 20


class ReviewInput(BaseModel):
    """What to review: a folder, and a range of revisions if only a change is meant.

    ``commits`` is that range in full commit ids, so that a review which is resumed after its branches have moved is
    still about the same change.
    """

    model_config = ConfigDict(extra="forbid")

    path: str = Field(min_length=1)
    diff: str | None = None
    commits: str | None = None


class Workspace:
    """One repository under review, for as long as its run is driven."""

    def __init__(self, origin: Path, repository: Repository, change: Change | None, pool: AnalyserPool) -> None:
        """``origin`` is the folder named; ``repository`` the code as it is reviewed, at the head of a change."""
        self.origin, self.repository, self.change = origin, repository, change
        self._pool = pool
        self._results: OrderedDict[tuple[str, str], AnalysisResult] = OrderedDict()

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The parts the review is cut into: the same ones for the same code."""
        return self._all_scopes[:SCOPES_MAX]

    @property
    def scopes_left_out(self) -> tuple[Scope, ...]:
        """The parts beyond those, which nobody looks at."""
        return self._all_scopes[SCOPES_MAX:]

    @cached_property
    def whole(self) -> Scope:
        """Everything as one part, for what cannot be cut up."""
        return whole(self.repository, self.change)

    def scope(self, key: str) -> Scope:
        """Return the scope called ``key``. Raises InputError, naming those there are."""
        if key not in self._by_key:
            told = ", ".join(list(self._by_key)[:SCOPES_TOLD_MAX])
            raise InputError(f"expected the key of a scope, found {key!r}: use the one of your task, one of {told}")
        return self._by_key[key]

    @cached_property
    def _all_scopes(self) -> tuple[Scope, ...]:
        return scopes_of(self.repository, self.change)

    @cached_property
    def _by_key(self) -> dict[str, Scope]:
        return {scope.key: scope for scope in (self.whole, *self.scopes)}

    async def read_lines(self, path: str, first: int, last: int) -> LinesPage:
        """Return lines of a file as an agent may see them. Raises InputError for what is no such lines."""
        return await self._pool.read_lines(self.repository, path, first, last)

    async def search(self, query: Query) -> HitsPage:
        """Return the lines that a search finds, as an agent may see them. Raises InputError for what is no query."""
        return await self._pool.search(self.repository, query)

    async def analyse(self, name: str, scope: Scope) -> AnalysisResult:
        """Return what the analyser ``name`` says of the scope; asked again it answers from memory while that lasts."""
        known = self._results.get((name, scope.key))
        if known is not None:
            return known
        result = await self._pool.analyse(self.repository, name, scope.paths)
        self._results[(name, scope.key)] = result
        while len(self._results) > RESULTS_KEPT_MAX:
            self._results.popitem(last=False)
        return result


@asynccontextmanager
async def open_workspace(given: object) -> AsyncIterator[Resources]:
    """Open the workspace of a review.

    Raises InputError for a folder or revisions that cannot be read, or if the analysers' tools are not installed.
    """
    assert isinstance(given, ReviewInput)
    async with AsyncExitStack() as stack:
        root, change, tracked = given.path, None, None
        if given.diff is not None:
            change = await asyncio.to_thread(read_change, Path(given.path), given.commits or given.diff)
            root = stack.enter_context(tempfile.TemporaryDirectory(prefix="holdfast-review-"))
            reader = await asyncio.to_thread(RevisionReader, Path(given.path), change.head)
            await asyncio.to_thread(export_revision, reader, Path(root))
            tracked = reader.list_files()
        repository = await asyncio.to_thread(Repository.open, root, tracked)
        pool = await stack.enter_async_context(AnalyserPool())
        if repository.files:
            await pool.start()
        yield {Workspace: Workspace(Path(given.path), repository, change, pool)}
