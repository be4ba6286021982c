"""A run as its caller holds it: follow its events, wait for its result, cancel or resume it."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import msgspec

from holdfast.integration.gateway.transcript import Transcript, transcript_of
from holdfast.journal.codec import decode
from holdfast.journal.events import Event
from holdfast.journal.fold import fold
from holdfast.journal.fold.state import RunState
from holdfast.journal.live import Hint, Live
from holdfast.journal.mail import Cancel, Mail, Resume
from holdfast.journal.payloads import Payloads
from holdfast.journal.port import Head, Store
from holdfast.kernel.errors import DefinitionError, RunFailed
from holdfast.kernel.ids import RunId
from holdfast.orchestration.values import Values

READ_AT_ONCE_MAX = 1_000


class Entry(msgspec.Struct, frozen=True):
    """An event with its place and time in the journal."""

    version: int
    at: float
    event: Event


class Run:
    """One run. Any number of handles may exist for it, in any process that can open its store."""

    def __init__(
        self,
        run: RunId,
        store: Store,
        live: Live,
        post: Callable[[RunId, Mail], Awaitable[None]],
        trouble: Callable[[RunId], Exception | None],
    ) -> None:
        """``trouble`` tells what the last drive of a run in this process raised, if it did not end well."""
        self.id = run
        self._store, self._live, self._post, self._trouble = store, live, post, trouble

    async def head(self) -> Head:
        """Return what the index knows of it: status, app, times. Raises RunNotFound."""
        return await self._store.head(self.id)

    async def state(self) -> RunState:
        """Return the state after everything recorded so far. Raises RunNotFound."""
        return fold(await self._store.read(self.id))

    async def events(self, after: int = 0, *, follow: bool = True) -> AsyncGenerator[Entry, None]:
        """Yield its events above version ``after``; with ``follow`` also those to come, until it is over or parked."""
        async with aclosing(self.progress(after, follow=follow)) as items:
            async for item in items:
                if isinstance(item, Entry):
                    yield item

    async def progress(self, after: int = 0, *, follow: bool = True) -> AsyncGenerator[Entry | Hint, None]:
        """Yield events like ``events`` and, between them, hints of text as it streams (in the driving process only)."""
        listener = self._live.listen(self.id)
        try:
            while True:
                recorded = await self._store.read(self.id, after, READ_AT_ONCE_MAX)
                for entry in recorded:
                    after = entry.version
                    yield Entry(entry.version, entry.at, decode(entry.body))
                for hint in listener.hints():
                    yield hint
                if len(recorded) == READ_AT_ONCE_MAX:
                    continue
                if not follow:
                    return
                head = await self._store.head(self.id)
                if head.version > after:
                    continue
                if head.is_over or head.is_parked:
                    return
                await listener.wait()
        finally:
            self._live.leave(self.id, listener)

    async def wait(self) -> RunState:
        """Return its state once it is over, or parked for somebody outside.

        Raises DefinitionError if this process drives it and has no such app: waiting would be in vain.
        """
        listener = self._live.listen(self.id, for_rest_only=True)
        try:
            while True:
                head = await self._store.head(self.id)
                if head.is_over or head.is_parked:
                    state = await self.state()
                    if state.is_over or state.parked is not None:
                        return state
                elif isinstance(trouble := self._trouble(self.id), DefinitionError):
                    raise DefinitionError(
                        f"run {self.id} cannot be driven here: {trouble}. "
                        f"Nothing is lost: when the cause is gone, go on with 'holdfast resume {self.id}'"
                    ) from trouble
                await listener.wait()
        finally:
            self._live.leave(self.id, listener)

    async def result(self) -> object:
        """Wait until it is over and return its value as JSON data. Raises RunFailed if it failed or was parked."""
        state = await self.wait()
        if state.outcome is None or not state.outcome.is_success:
            raise RunFailed(self.id, state.outcome, state.fault, state.parked)
        return await self.value(state)

    async def value(self, state: RunState, path: str | None = None) -> object:
        """Return the value of the node at ``path``, by default the whole flow's; None if it has none."""
        return await Values(state, await self.payloads(state)).of(path or state.app)

    async def payloads(self, state: RunState) -> Payloads:
        """Return a reader of its payloads."""
        return Payloads(self._store, self.id, await self._store.tenant_key(state.tenant))

    async def transcript(self) -> Transcript:
        """Return what the models were asked and replied so far: ``holdfast.testing.RecordedModel`` replays it."""
        recorded = await self._store.read(self.id)
        return await transcript_of(recorded, (await self.payloads(fold(recorded))).fetch_all)

    async def cancel(self, reason: str, by: str = "caller") -> None:
        """Ask for it to end; what was already done stays done. Harmless if it is over. Raises RunNotFound."""
        await self._post(self.id, Cancel(reason, by))

    async def resume(self, by: str = "caller") -> None:
        """Have it driven again if it was parked. Raises RunNotFound."""
        await self._post(self.id, Resume(by))
