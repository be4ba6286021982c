"""The one writer inside a driver: stamps versions, coalesces what parallel branches append, commits in the background.

``append`` changes the state at once and costs no wait; ``durable`` waits until everything appended so far is committed.
Acting on a state that is not yet durable is safe as long as nothing leaves the process: effects wait for ``durable``,
and a refused commit stops the whole driver, taking every conclusion drawn from it along.

Who waits alone commits by itself: it is woken by the store's answer and goes on. Handed to the task that writes, a
commit wakes three times, and each time what the run has in memory is cold (docs/explanation/performance.md). What
nobody waits for, and what parallel branches append, that task commits, all of it at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from holdfast.journal.afterwards import Afterwards
from holdfast.journal.alerts import ALARMING, Alert, OnAlert, tell_nobody
from holdfast.journal.bell import Bell
from holdfast.journal.bus import EventWait, Publication
from holdfast.journal.codec import decode, encode
from holdfast.journal.correspondence import TOLD
from holdfast.journal.correspondence import letters as letters_of
from holdfast.journal.events import Event
from holdfast.journal.fencing import fenced
from holdfast.journal.fold import evolve
from holdfast.journal.fold.bus import open_waits, waits_moved
from holdfast.journal.fold.state import RunState
from holdfast.journal.ledger import Entries
from holdfast.journal.live import Live
from holdfast.journal.payloads import Payloads
from holdfast.journal.port import Commit, CommitResult, Committed, Journal, Letter, Parking, Recorded, Snapshot
from holdfast.journal.shared import Board, SharedWrite, place_of
from holdfast.journal.snapshots import freeze, is_due
from holdfast.kernel.charges import since
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import Fenced
from holdfast.kernel.ids import RunId, commit_id

NOTABLE = (*TOLD, *ALARMING)
"""The few events of which somebody else is to hear."""

Stir = Callable[[RunId], Awaitable[None]]
"""Told of each run to which a letter has become durable: it wants driving now. A call lost is only late."""


Watch = Callable[[RunState, int], None]
"""Told of each state in which the run is charged otherwise than before, and what version of it is durable."""


async def stir_nobody(_run: RunId) -> None:
    """What is told where nobody drives."""


def nobody_listens() -> None:
    """What is called where nobody drives."""


def nobody_minds(_fenced: Fenced) -> bool:
    """Who sees to it that a driver was overtaken, where nobody drives."""
    return False


def never_alone() -> bool:
    """Whether only one piece of work is under way, where nobody can tell."""
    return False


class Recorder:
    """Records for one claim of one run. ``write`` must run as a task for as long as the recorder is used."""

    # More than 30 attributes without slots, and each run would have a dictionary of its own: 1.6 KB.
    __slots__ = (
        *("state", "payloads", "heard", "is_alone"),
        *("_journal", "_clock", "_live", "_epoch", "_board", "_stir", "_alert", "_watch"),
        *("_pending", "_under_way", "_unanswered", "_letters", "_shared", "_shared_under_way", "_alerts", "_waiting"),
        *("_afterwards", "_is_written", "_wanted", "_is_looked_after", "_is_committing", "_is_renewing", "_refused"),
        *("_parking", "_durable", "_snapshot_version", "_entered", "_rouse", "_publishes", "_event_waits"),
    )

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        live: Live,
        payloads: Payloads,
        state: RunState,
        epoch: int,
        snapshot_version: int = 0,
        stir: Stir = stir_nobody,
        alert: OnAlert = tell_nobody,
        watch: Watch | None = None,
        board: Board | None = None,
        afterwards: Afterwards | None = None,
        rouse: Callable[[], None] = nobody_listens,
    ) -> None:
        """``snapshot_version`` is how far a snapshot reaches already; without allowances nobody watches; ``board`` is
        told of shared writes that are in the store, or never will be; ``afterwards`` is one for all of a process;
        ``rouse`` tells that the bus has moved."""
        self.state = state
        self.payloads = payloads
        self.heard: Callable[[], None] = nobody_listens
        """Called whenever the state has changed."""
        self.is_alone: Callable[[], bool] = never_alone
        """Whether nobody else is about to append: then there is nothing to wait for before a commit."""
        self._journal, self._clock, self._live, self._epoch = journal, clock, live, epoch
        self._pending: list[Recorded] = []
        self._under_way: tuple[Recorded, ...] = ()
        self._letters: list[Letter] = []
        self._shared: list[SharedWrite] = []
        self._shared_under_way = 0
        self._board, self._rouse = board, rouse
        self._parking: Parking | None = None
        self._stir, self._alert = stir, alert
        self._alerts: list[tuple[int, Alert]] = []
        self._wanted = Bell()
        self._afterwards = afterwards or Afterwards()
        self._is_written = False
        """There is a task that writes."""
        self._is_looked_after = False
        """That task will be told at the end of this turn of the event loop, if there is something left for it."""
        self._is_committing = self._is_renewing = False
        self._unanswered: Commit | None = None
        """What was sent and not answered: sent again it is known by its id."""
        self._refused: Fenced | None = None
        self._durable = state.version
        self._snapshot_version, self._entered, self._watch = snapshot_version, state.charges, watch
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._publishes: list[Publication] = []
        self._event_waits: list[EventWait] = list(open_waits(state)) if state.event_waits else []

    def append(
        self,
        *events: Event,
        letters: Sequence[Letter] = (),
        shared: Sequence[SharedWrite] = (),
        publishes: Sequence[Publication] = (),
    ) -> None:
        """Record ``events``, in order, at this instant; what they tell other runs goes into the same commit, and so
        does what they write that is ``shared`` with them, and what they publish."""
        at, before = self._clock.now(), self.state
        state = before
        charges = state.charges
        for event in events:
            body = encode(event)  # first: an event that cannot be written must not change the state
            if self.payloads.veil.hides(body):
                event = self.payloads.veil.value(event)  # nothing else may go on
                body = encode(event)
            self.state = state = evolve(state, event, at)
            self._pending.append(Recorded(state.version, at, body))
            if not isinstance(event, NOTABLE):
                continue
            self._letters.extend(letters_of(state, event))
            if isinstance(event, ALARMING):
                self._alerts.append((state.version, Alert(state.run, state.app, state.tenant, at, event)))
        if letters:
            self._letters.extend(letters)
        if shared:
            self._shared.extend(shared)
        if publishes:
            self._publishes.extend(publishes)
        if state.event_waits is not before.event_waits:
            self._event_waits.extend(waits_moved(before, state))
        if self._watch is not None and state.charges is not charges:
            self._watch(state, self._durable)
        if not self._is_written:
            self._wanted.set()
        elif not self._is_looked_after:
            self._is_looked_after = True
            self._afterwards.call(self._look_after)
        self.heard()

    def _look_after(self) -> None:
        self._is_looked_after = False
        self._ring_if_wanted()

    def _ring_if_wanted(self) -> None:
        """Wake the task that writes, unless somebody is at it, who does so afterwards."""
        if not self._is_committing and (self._has_work() or self.state.is_over):
            self._wanted.set()

    def _has_work(self) -> bool:
        """Whether the task that writes has something to do."""
        return bool(self._pending or self._letters or self._shared or self._unanswered or self._is_renewing)

    async def durable(self) -> None:
        """Return once everything appended so far is committed."""
        version = self.state.version
        if self._durable >= version:
            return
        if not (self._is_committing or self._letters or self._shared or self._publishes) and self.is_alone():
            await self._commit_alone()
            if self._durable >= version:
                return
        committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((version, committed))
        await committed

    async def _commit_alone(self) -> None:
        """Commit in the task of whoever waits. One that is cancelled leaves it to the task that writes to ask again."""
        try:
            await self._commit()
        except Fenced as refused:
            self._refused = refused
            self._wanted.set()

    async def park(self, parking: Parking) -> None:
        """Commit what is pending and let go of the run. Nothing may be appended afterwards."""
        self._parking = parking
        await self._commit()

    def renew(self) -> None:
        """Keep the lease alive: commit, be it nothing."""
        self._is_renewing = True
        self._wanted.set()

    async def write(self, fence: Callable[[Fenced], bool] = nobody_minds) -> None:
        """Commit whatever is appended until the run's end is durable.

        Raises Fenced when another driver took over, unless ``fence`` says that it sees to that itself.
        """
        self._is_written = True
        try:
            while not self.state.is_over or self._durable < self.state.version:
                await self._wanted.rung()
                self._wanted.clear()
                if self._refused is not None:
                    raise self._refused
                if not self._is_committing and self._has_work():
                    await self._commit()
        except Fenced as refused:
            if not fence(refused):
                raise
        finally:
            self._is_written = False

    def lost(self) -> list[Event]:
        """Return what was appended and is not known to be committed, in order: once fenced, what never will be."""
        return [decode(each.body) for each in (*self._under_way, *self._pending)]

    async def _commit(self) -> None:
        """Commit what was appended; before that, what nobody waited to hear the answer to. It is done once."""
        self._is_committing = True
        try:
            if self._unanswered is not None:
                await self._send(self._unanswered)
            await self._send(self._next())
        finally:
            self._is_committing = False
            self._ring_if_wanted()

    def _next(self) -> Commit:
        events, self._pending = tuple(self._pending), []
        self._under_way += events
        letters, self._letters = tuple(self._letters), []
        shared, self._shared = tuple(self._shared), []
        publishes, self._publishes = tuple(self._publishes), []
        waits, self._event_waits = tuple(self._event_waits), []
        self._is_renewing = False
        state = self.state
        base = state.version - len(events)
        return Commit(
            commit_id=commit_id(state.run, self._epoch, base),
            run=state.run,
            epoch=self._epoch,
            expected=base,
            events=events,
            status=state.status,
            is_over=state.is_over,
            payloads=self.payloads.take_staged(),
            letters=letters,
            snapshot=self._snapshot(state),
            parking=self._parking,
            entries=self._entries(state),
            shared=shared,
            publishes=publishes,
            waits=waits,
        )

    async def _send(self, commit: Commit) -> None:
        self._unanswered = commit
        self._shared_under_way = len(commit.shared)
        try:
            result = await self._journal.commit(commit)
        finally:
            self._shared_under_way = 0
            if commit.shared:
                self._release_shared(commit.shared)
        self._unanswered = None
        try:
            if isinstance(result, Committed):
                for to in (*[letter.to for letter in commit.letters], *result.told):
                    await self._stir(to)
                if commit.publishes or (commit.is_over and self.state.reacts_to is not None):
                    self._rouse()
        finally:  # who is cancelled while it tells others has committed all the same
            self._confirm(result)

    @property
    def shares(self) -> bool:
        """Whether something shared was appended that is not known to be committed."""
        return bool(self._shared) or self._shared_under_way > 0

    def let_go(self) -> None:
        """Say that nothing more is committed: what was appended and shared never will be."""
        self._release_shared(self._shared)
        self._shared = []

    def _release_shared(self, writes: Sequence[SharedWrite]) -> None:
        if self._board is not None and writes:
            self._board.release(map(place_of, writes))

    def _entries(self, state: RunState) -> Entries | None:
        """Return what the run was charged since the last commit. It counts before it is durable, as a snapshot does."""
        entered, self._entered = self._entered, state.charges
        charges = since(entered, state.charges)
        return Entries(state.tenant, state.app, charges) if charges else None

    def _snapshot(self, state: RunState) -> Snapshot | None:
        """Take a snapshot if one is due. It counts before it is durable: a commit that fails stops the driver."""
        if not is_due(state.version, self._snapshot_version):
            return None
        self._snapshot_version = state.version
        return freeze(state)

    def _confirm(self, result: CommitResult) -> None:
        run = self.state.run
        if not isinstance(result, Committed):
            raise fenced(run, result, self._epoch, self._durable)
        self._durable, self._under_way = result.version, ()
        if self._watch is not None:
            self._watch(self.state, result.version)
        self.payloads.committed()
        self._release()
        self._live.ring(run)

    def _release(self) -> None:
        while self._alerts and self._alerts[0][0] <= self._durable:
            self._alert(self._alerts.pop(0)[1])
        while self._waiting and self._waiting[0][0] <= self._durable:
            _, committed = self._waiting.pop(0)
            if not committed.done():
                committed.set_result(None)
