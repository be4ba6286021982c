"""What one run has to do with others: values it shares with them, and leases on what lies outside of all."""

from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase

import msgspec

from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.leases import Leases
from holdfast.integration.tools.shared import Shared, Versioned, Write
from holdfast.journal.leases import LeaseStore
from holdfast.journal.recorder import Recorder
from holdfast.journal.shared import Board, Place, SharedStore, SharedValue, SharedWrite
from holdfast.kernel import paths
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import InputError
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.outcomes import ErrorKind, Fault

LOOKS_MAX = 20
"""How often the store is looked at for one call because others have written meanwhile what it writes."""
PINNED_BYTES_MAX = 10_000_000
"""How much a snapshot of all that is shared may come to."""
SHOWN_CHARACTERS_MAX = 120
"""How much of each value a conflict shows."""

Writers = Mapping[str, Collection[str]]
"""By pattern of names (``stock.*``) the agents, and functions and tools of the flow, that may write those values."""


class Sharing:
    """Made for one claim of one run."""

    __slots__ = ("_board", "_clock", "_lease_store", "_recorder", "_shared", "_writers")

    def __init__(
        self,
        shared: SharedStore,
        leases: LeaseStore,
        board: Board,
        recorder: Recorder,
        clock: Clock,
        writers: Writers,
    ) -> None:
        """``writers``: without any, everybody may write."""
        self._shared, self._lease_store, self._board, self._recorder = shared, leases, board, recorder
        self._clock, self._writers = clock, writers

    def seen_at(self, node: str) -> Shared:
        """Return what is shared as a call at ``node`` sees it: as it is, or as an enclosing node has pinned it."""

        async def ask(name: str) -> Versioned:
            pinned = self._pinned(node)
            if pinned is not None:
                kept = msgspec.json.decode(await self._recorder.payloads.fetch(pinned), type=dict[str, Versioned])
                return kept.get(name, Versioned(None, 0))
            (found,) = await self._stored((name,)) or (None,)
            return _versioned(found)

        return Shared(ask)

    def leases(self, owner: str) -> Leases:
        """Return what leases are taken with; ``owner`` is who takes them, for people to read."""
        return Leases(self._lease_store, self._clock, self._recorder.state.tenant, owner)

    async def pin(self) -> PayloadId:
        """Keep all that is shared, as one look finds it. Raises InputError if that is too much."""
        kept = {value.name: _versioned(value) for value in await self._stored(None)}
        body = msgspec.json.encode(kept, order="deterministic")
        if len(body) > PINNED_BYTES_MAX:
            raise InputError(
                f"expected at most {PINNED_BYTES_MAX:,} bytes of shared values to pin, found {len(body):,}: keep large "
                "ones elsewhere, or do without the snapshot"
            )
        return self._recorder.payloads.keep(body)

    def forbids(self, shared: Shared, writer: str) -> Fault | None:
        """Return why ``writer`` may not write what it has; None if it may."""
        for name in shared.written if self._writers else ():
            owners = {each for pattern, who in self._writers.items() if fnmatchcase(name, pattern) for each in who}
            if writer not in owners:
                allowed = ", ".join(sorted(owners)) or "nobody"
                message = f"expected {name} to be written by {allowed}, found {writer} writing it"
                return fault(ErrorKind.NOT_GRANTED, message)
        return None

    async def reserve(self, shared: Shared) -> Fault | None:
        """Say that what was written goes into the store, or return why not.

        From here on nothing may wait before it is recorded, or released: nobody else can write in between.
        """
        places = self._places(shared)
        for _ in range(LOOKS_MAX):
            look = self._board.look(places)
            try:
                found = {value.name: value for value in await self._stored(tuple(shared.written))}
            finally:
                self._board.looked(look)
            if look.is_stale:
                continue
            if (lost := self._lost(shared, found)) is None:
                self._board.reserve(places)
                shared.is_reserved = True
            return lost
        return fault(ErrorKind.CONFLICT, f"others kept writing {', '.join(shared.written)}", retryable=True)

    def release(self, shared: Shared) -> None:
        """Say that what was reserved does not go into the store."""
        self._board.release(self._places(shared))
        shared.is_reserved = False

    def writes(self, shared: Shared) -> list[SharedWrite]:
        """Return what was written as a commit has it."""
        state = self._recorder.state
        return [
            SharedWrite(state.tenant, state.app, name, write.base, write.body) for name, write in shared.written.items()
        ]

    def _lost(self, shared: Shared, found: Mapping[str, SharedValue]) -> Fault | None:
        """Return the fault that shows both values, of the first that was written by others or is about to be."""
        for name, write in shared.written.items():
            theirs = found.get(name)
            version = 0 if theirs is None else theirs.version
            if version != write.base:
                return _conflict(name, write, theirs, version)
            if self._board.is_pending(self._place(name)):
                message = f"{name} is being written by another call at this moment; yours is {_shown(write.body)}"
                return fault(ErrorKind.CONFLICT, message, retryable=True, hint="read it again, and decide anew")
        return None

    async def _stored(self, names: Sequence[str] | None) -> Sequence[SharedValue]:
        """Return what the store has once all is in it that this run has written."""
        if self._recorder.shares:
            await self._recorder.durable()
        state = self._recorder.state
        return await self._shared.shared(state.tenant, state.app, names)

    def _pinned(self, node: str) -> PayloadId | None:
        nodes = self._recorder.state.nodes
        around = (nodes.get(path) for path in paths.ancestors(node))
        return next((each.shared for each in around if each is not None and each.shared is not None), None)

    def _places(self, shared: Shared) -> list[Place]:
        return [self._place(name) for name in shared.written]

    def _place(self, name: str) -> Place:
        return Place(self._recorder.state.tenant, self._recorder.state.app, name)


def _versioned(found: SharedValue | None) -> Versioned:
    if found is None:
        return Versioned(None, 0)
    return Versioned(None if found.body is None else msgspec.json.decode(found.body), found.version)


def _conflict(name: str, write: Write, theirs: SharedValue | None, version: int) -> Fault:
    by = "" if theirs is None else f" by run {theirs.run}"
    body = None if theirs is None else theirs.body
    message = (
        f"expected {name} at version {write.base}, found version {version}, written{by}: "
        f"yours is {_shown(write.body)}, theirs is {_shown(body)}"
    )
    return fault(ErrorKind.CONFLICT, message, retryable=True, hint="read it again, and decide anew")


def _shown(body: bytes | None) -> str:
    if body is None:
        return "nothing"
    text = body.decode()
    return text if len(text) <= SHOWN_CHARACTERS_MAX else f"{text[:SHOWN_CHARACTERS_MAX]}…"
