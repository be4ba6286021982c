"""Any store, with what it holds of a person sealed: what runs ask of it. What an operator asks is in ``keeping``.

A run begun with a subject is sealed from its first commit on, and so are the runs begun under it. The store behind sees
ciphertext, hidden names and what makes the skeleton of a run: versions, instants, status, app, tenant. A run without a
subject passes through as it is.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager

from msgspec.structs import replace

from holdfast.journal.leases import Lease, LeaseHeld
from holdfast.journal.ledger import Charged
from holdfast.journal.port import (
    Claim,
    Commit,
    CommitResult,
    Committed,
    Delivered,
    Head,
    Held,
    Latest,
    Letter,
    NewRun,
    Recorded,
    RunFilter,
)
from holdfast.journal.sealing.envelope import escaped, is_sealed, is_sealed_under
from holdfast.journal.sealing.incoming import (
    opened_events,
    opened_head,
    opened_letter,
    opened_payload,
    opened_shared,
    opened_snapshot,
)
from holdfast.journal.sealing.outgoing import clear_commit, sealed_commit, sealed_letter
from holdfast.journal.sealing.port import KeptKeys, MakeCipher, SubjectKey
from holdfast.journal.sealing.sealer import Sealer, erased_told, hidden_request
from holdfast.journal.sealing.seals import Seals
from holdfast.journal.shared import SharedValue
from holdfast.journal.upkeep import KeptStore
from holdfast.kernel.errors import Erased, JournalError
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.kernel.randomness import Randomness


class SealedRuns:
    """The part of a sealing store that runs use. See ``journal.port.Store``."""

    def __init__(self, inner: KeptStore, keys: KeptKeys, make_cipher: MakeCipher, randomness: Randomness) -> None:
        self.inner, self.keys = inner, keys
        self.seals = Seals(inner, keys, make_cipher, randomness)
        self._accepted = 0
        self._idle = asyncio.Event()

    async def open(self) -> None:
        """Make ready for use. Raises JournalError."""
        await self.inner.open()
        await self.keys.open()

    async def close(self) -> None:
        """Finish what was accepted and let go of every resource; calling it twice is harmless."""
        while self._accepted:
            self._idle.clear()
            await self._idle.wait()
        await self.inner.close()
        await self.keys.close()

    # Not a coroutine itself where nothing is to be sealed, as nearly every time: a frame less for each commit.
    def commit(self, commit: Commit) -> Coroutine[object, object, CommitResult]:
        """Write one transaction, sealed if its run is. See ``Journal.commit``."""
        if commit.begins is None and not commit.letters and self.seals.is_clear(commit.run):
            return self.inner.commit(clear_commit(commit, commit.letters))
        return self._commit(commit)

    async def _commit(self, commit: Commit) -> CommitResult:
        if commit.begins is not None:
            with self._under_way():
                return await self._begin(commit, commit.begins)
        sealer = await self.seals.of_run(commit.run)
        letters = await self._letters(commit.letters, sealer) if commit.letters else commit.letters
        return await self.inner.commit(
            clear_commit(commit, letters) if sealer is None else sealed_commit(commit, sealer, letters)
        )

    async def claim(self, run: RunId, worker: str, lease_seconds: float) -> Claim | Held:
        """Take the right to drive ``run``. Raises as ``Journal.claim`` does, and Erased or KeyMissing before that."""
        await self.seals.of_run(run)  # at hand from now on: commits sent at once stay in their order
        return await self.inner.claim(run, worker, lease_seconds)

    async def post(self, letters: Sequence[Letter]) -> None:
        """Put letters into inboxes and make their runs due; sealed for runs that are. Raises Erased for one that was.

        A letter to a run that has neither begun nor been sent sealed mail lies in the clear: nobody knows whom it will
        be about.
        """
        with self._under_way():
            await self.inner.post(await self._letters(tuple(letters), None))

    async def tenant_key(self, tenant: str) -> bytes:
        """Return the tenant's key, made at first use."""
        return await self.inner.tenant_key(tenant)

    async def read(self, run: RunId, after: int = 0, count_max: int | None = None) -> Sequence[Recorded]:
        """Return the run's events above ``after``. Raises RunNotFound, Erased, KeyMissing."""
        return await opened_events(await self.inner.read(run, after, count_max), run, self.seals)

    async def latest(self, run: RunId) -> Latest:
        """Return the newest snapshot and the events after it. Raises RunNotFound, Erased, KeyMissing."""
        found = await self.inner.latest(run)
        tail = await opened_events(found.tail, run, self.seals)
        return Latest(await opened_snapshot(found.snapshot, run, self.seals), tuple(tail))

    async def payloads(self, run: RunId, ids: Sequence[PayloadId]) -> dict[PayloadId, bytes]:
        """Return those payloads of the run that it has. Raises Erased, KeyMissing."""
        sealer = await self.seals.of_run(run)
        names = ids if sealer is None else [PayloadId(sealer.hidden(each)) for each in ids]
        found = await self.inner.payloads(run, names)
        opened = [await opened_payload(name, body, run, self.seals) for name, body in found.items()]
        return {payload.payload_id: payload.body for payload in opened}

    async def head(self, run: RunId) -> Head:
        """Return what is known of ``run``; title and request are empty without its key. Raises RunNotFound."""
        head = await self.inner.head(run)
        self.seals.learn(head)
        return await opened_head(head, self.seals)

    async def runs(self, which: RunFilter) -> Sequence[Head]:
        """Return the runs that match, the one begun last first. Raises RunNotFound for an unknown ``before``."""
        if which.request is not None and which.subject is not None:
            tenant, request_id = which.request
            keys = [key for key in await self.keys.of_subject(tenant, which.subject) if key.key is not None]
            if not keys:
                return ()
            which = replace(which, request=(tenant, hidden_request(keys[-1], request_id)))
        return await self._opened(await self.inner.runs(which))

    async def due(self, now: float, count_max: int) -> Sequence[Head]:
        """Return undriven runs that want driving at ``now``, those that wait longest first."""
        return await self._opened(await self.inner.due(now, count_max))

    async def inbox(self, run: RunId, after: int = 0) -> Sequence[Delivered]:
        """Return the letters above position ``after``, oldest first. Raises Erased, KeyMissing."""
        return tuple([await opened_letter(letter, run, self.seals) for letter in await self.inner.inbox(run, after)])

    async def next_wake(self) -> float | None:
        """Return when ``due`` has something next: a lease that runs out counts. None: nothing waits."""
        return await self.inner.next_wake()

    async def charged(self, first_day: int, last_day: int) -> Sequence[Charged]:
        """Return what was charged in those days, by tenant and app: sums, which tell of no person."""
        return await self.inner.charged(first_day, last_day)

    async def shared(self, tenant: str, app: str, names: Sequence[str] | None = None) -> Sequence[SharedValue]:
        """Return what was ever written under those names; what an erased person's run has written is gone."""
        found = await self.inner.shared(tenant, app, names)
        return tuple([await opened_shared(value, app, self.seals) for value in found])

    async def lease(self, tenant: str, name: str, owner: str, seconds: float) -> Lease | LeaseHeld:
        """Take the lease, or say who has it. See ``LeaseStore.lease``."""
        return await self.inner.lease(tenant, name, owner, seconds)

    async def renew_lease(self, lease: Lease, seconds: float) -> Lease | None:
        """Return the lease for as long again, if it still is. See ``LeaseStore.renew_lease``."""
        return await self.inner.renew_lease(lease, seconds)

    async def release_lease(self, lease: Lease) -> None:
        """Give it back."""
        await self.inner.release_lease(lease)

    @contextmanager
    def _under_way(self) -> Iterator[None]:
        """What was accepted is finished before the store closes, though a key may have to be asked for first."""
        self._accepted += 1
        try:
            yield
        finally:
            self._accepted -= 1
            self._idle.set()

    async def _opened(self, heads: Sequence[Head]) -> tuple[Head, ...]:
        return tuple([head if head.seal is None else await opened_head(head, self.seals) for head in heads])

    async def _begin(self, commit: Commit, new: NewRun) -> CommitResult:
        if new.seal is not None:
            raise JournalError(
                f"expected run {commit.run} without a seal, found one: name its subject, the store seals"
            )
        subject, key = await self._subject_of(new)
        sealer = self.seals.made(key, commit.run) if key is not None else None
        letters = await self._letters(commit.letters, sealer) if commit.letters else commit.letters
        if sealer is None:
            outgoing = clear_commit(commit, letters)
        else:
            outgoing = replace(sealed_commit(commit, sealer, letters), begins=sealer.seal_new(new, subject))
        result = await self.inner.commit(outgoing)
        # Which key the run is under, its head will tell: a first commit sent again may have named another subject.
        if isinstance(result, Committed) and sealer is not None:
            await self._check_not_erased(commit.run, sealer)
        elif isinstance(result, Committed) and new.request_id is None and new.parent is None:
            self.seals.learn_clear(commit.run)  # its id is random: nobody else can have begun it
        return result

    async def _subject_of(self, new: NewRun) -> tuple[str, SubjectKey | None]:
        """Return whom the run is about, and the key; that of the run it is begun under if it names nobody itself."""
        if new.subject is not None:
            return new.subject, await self.keys.make(new.tenant, new.subject)
        if new.parent is None:
            return "", None
        above = await self.seals.of_run(new.parent)
        if above is None:
            return "", None
        key, head = await self.keys.find(above.key_id), await self.head(new.parent)
        if key is None or key.key is None or head.subject is None:
            raise Erased(erased_told(new.parent, key))
        return head.subject, key

    async def _check_not_erased(self, run: RunId, sealer: Sealer) -> None:
        """Raise Erased if the key was destroyed while the run began: an erasure may have come too early to see it."""
        found = await self.keys.find(sealer.key_id)
        if found is None or found.key is None:
            self.seals.forget_key(sealer.key_id)
            raise Erased(erased_told(run, found))

    async def _letters(self, letters: tuple[Letter, ...], sender: Sealer | None) -> tuple[Letter, ...]:
        """Return ``letters`` as they go into their inboxes; to a run that has not begun yet under the sender's key."""
        return tuple([outgoing for letter in letters if (outgoing := await self._letter(letter, sender)) is not None])

    async def _letter(self, letter: Letter, sender: Sealer | None) -> Letter | None:
        sealer = await self._sealer_for(letter.to, sender)
        if sealer is None:
            return replace(letter, body=escaped(letter.body))
        if await self._came_early(letter, sealer):
            return None
        return sealed_letter(letter, sealer)

    async def _sealer_for(self, run: RunId, sender: Sealer | None) -> Sealer | None:
        """Return what seals mail to ``run``; before it has begun, who sends or has sent sealed mail does."""
        sealer = await self.seals.of_run(run)
        if sealer is not None or self.seals.is_known(run):
            return sealer
        if sender is not None:
            return await self.seals.under(sender.key_id, run)
        for kept in await self.inner.inbox(run):
            if is_sealed(kept.body):
                return await self.seals.for_body(run, kept.body)
        return None

    async def _came_early(self, letter: Letter, sealer: Sealer) -> bool:
        """Whether the inbox has this letter from before its run began: in the clear, or sealed under another key."""
        for kept in await self.inner.inbox(letter.to):
            if is_sealed_under(sealer.key_id, kept.body):
                continue  # under the same name as the new one: the store passes that over by itself
            with contextlib.suppress(JournalError):
                if (await opened_letter(kept, letter.to, self.seals)).letter_id == letter.letter_id:
                    return True
        return False
