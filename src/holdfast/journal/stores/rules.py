"""What a store answers to a commit or claim and what becomes of the run: pure, the same for every store.

A store loads a run's *standing*, asks here, and writes what comes back. Nothing is written before the answer is known,
so a refused commit leaves no trace and never disturbs its neighbours.
"""

import msgspec

from holdfast.journal.port import (
    NO_EPOCH,
    AlreadyBegun,
    Claim,
    Commit,
    CommitResult,
    Committed,
    Held,
    Letter,
    Lost,
    NewRun,
    Stale,
)
from holdfast.kernel.errors import JournalError, RunNotFound
from holdfast.kernel.ids import CommitId, RunId

KEY_BYTES = 32
"""How long a tenant's key is."""


class Standing(msgspec.Struct, frozen=True):
    """What changes about a run, apart from its events."""

    version: int
    epoch: int
    begun_by: CommitId
    """The run's first commit."""
    commit_id: CommitId
    """The last commit that brought events."""
    status: str
    is_over: bool
    worker: str
    """Who drives it; empty when nobody does."""
    lease_until: float
    lease_seconds: float
    wake_at: float | None
    """From when on it wants driving. Kept while it is driven, so that it is due again when the lease runs out."""
    updated_at: float


def check(commit: Commit) -> None:
    """Raise JournalError for a commit that no store could take, whatever state its run is in."""
    if commit.begins is not None and (commit.epoch != NO_EPOCH or commit.expected != 0):
        raise JournalError(
            f"commit {commit.commit_id} begins run {commit.run}: expected epoch {NO_EPOCH} on version 0,"
            f" found epoch {commit.epoch} on version {commit.expected}"
        )
    if commit.begins is not None:
        check_new(commit.begins)
    version = commit.expected
    for event in commit.events:
        version += 1
        if event.version != version:
            raise JournalError(
                f"commit {commit.commit_id} is based on version {commit.expected}: expected event version {version}"
                f" next, found {event.version}; number events from {commit.expected + 1} without gaps"
            )
    if not commit.events and (commit.entries is not None or commit.shared or commit.publishes):
        what = "charges something" if commit.entries else "publishes" if commit.publishes else "writes what runs share"
        raise JournalError(
            f"commit {commit.commit_id} {what}: expected an event that says so, found none, by which the commit would "
            "be known when it is sent again"
        )
    if commit.snapshot is not None and commit.snapshot.version != version:
        raise JournalError(
            f"commit {commit.commit_id} leads to version {version}: expected a snapshot of that version,"
            f" found one of {commit.snapshot.version}"
        )


def check_new(new: NewRun) -> None:
    """Raise JournalError for a run about a person: here it would lie in the clear."""
    if new.subject is not None:
        raise JournalError(
            "expected a store that seals what it is told of a person, found one that keeps it in the clear: "
            "put holdfast.journal.sealing before it, as Runtime.open does"
        )


def check_claim(worker: str, lease_seconds: float) -> None:
    """Raise JournalError for a claim that would hold nothing."""
    if not worker or not lease_seconds > 0:
        raise JournalError(
            f"a claim needs a worker's name and a lease above 0 seconds, found {worker!r} and {lease_seconds}"
        )


def answer(commit: Commit, standing: Standing | None, requested: RunId | None) -> CommitResult | None:
    """Return what to answer without writing anything, or None when ``commit`` is to be written.

    ``requested`` is the run that the same request of the same tenant has begun before. Raises RunNotFound, and
    JournalError when the run is over.
    """
    if commit.begins is not None:
        return _answer_first(commit, standing, requested)
    if standing is None:
        raise RunNotFound(f"commit {commit.commit_id} is for run {commit.run}, which does not exist: begin it first")
    if _is_repeat(commit, standing):
        return Committed(standing.version)
    if commit.epoch == NO_EPOCH:
        return Stale(standing.version)
    if commit.epoch != standing.epoch:
        return Lost(standing.epoch)
    if commit.expected != standing.version:
        return Stale(standing.version)
    if standing.is_over:
        raise JournalError(
            f"run {commit.run} is over ({standing.status}): commit {commit.commit_id} came after its end"
        )
    return None


def begun(commit: Commit, mail: int, now: float) -> Standing:
    """Return the standing of the run that ``commit`` begins; ``mail`` is the last position of its inbox."""
    unborn = Standing(
        version=0,
        epoch=NO_EPOCH,
        begun_by=commit.commit_id,
        commit_id=commit.commit_id,
        status="",
        is_over=False,
        worker="",
        lease_until=0.0,
        lease_seconds=0.0,
        wake_at=now,
        updated_at=now,
    )
    return moved_on(unborn, commit, mail, now)


def moved_on(standing: Standing, commit: Commit, mail: int, now: float) -> Standing:
    """Return the standing after ``commit``; ``mail`` counts the commit's own letters and matters for parking only."""
    worker, lease_seconds, wake_at = standing.worker, standing.lease_seconds, standing.wake_at
    if commit.is_over:
        worker, lease_seconds, wake_at = "", 0.0, None
    elif commit.parking is not None:
        worker, lease_seconds = "", 0.0
        wake_at = now if mail > commit.parking.inbox_read else commit.parking.wake_at
    return Standing(
        standing.version + len(commit.events),
        standing.epoch,
        standing.begun_by,
        commit.commit_id if commit.events else standing.commit_id,
        commit.status,
        commit.is_over,
        worker,
        now + lease_seconds if worker else 0.0,
        lease_seconds,
        wake_at,
        now,
    )


def claimed(run: RunId, standing: Standing | None, worker: str, lease_seconds: float, now: float) -> Standing | Held:
    """Return the standing under a new epoch, or who holds the run: also the same worker, for it has a driver already.

    Raises RunNotFound, and JournalError for a run that is over: driving it again could only repeat what is done.
    """
    if standing is None:
        raise RunNotFound(f"run {run} does not exist: nothing to drive")
    if standing.is_over:
        raise JournalError(f"run {run} is over ({standing.status}): it cannot be driven again, start a new run")
    if standing.lease_until > now:
        return Held(standing.worker, standing.lease_until)
    return msgspec.structs.replace(
        standing,
        epoch=standing.epoch + 1,
        worker=worker,
        lease_until=now + lease_seconds,
        lease_seconds=lease_seconds,
        wake_at=_latest(standing.wake_at, now),
    )


def claim_of(run: RunId, standing: Standing, mail: int) -> Claim:
    """Return the right that ``standing`` gives to its driver; ``mail`` is the last position of the inbox."""
    return Claim(run, standing.epoch, standing.version, standing.lease_until, mail)


def woken(standing: Standing, letter: Letter, now: float) -> Standing:
    """Return the standing after ``letter`` has come: due at once, unless the run is over. A lease is left alone.

    A run that is over is due too, and not over any more, if the letter names the very end that it came to: in an epoch
    of its own, so that whoever drove it to that end has no part in what follows.
    """
    if standing.is_over and letter.reopens == standing.version:
        return msgspec.structs.replace(standing, is_over=False, epoch=standing.epoch + 1, wake_at=now)
    if standing.is_over or (standing.wake_at is not None and standing.wake_at <= now):
        return standing
    return msgspec.structs.replace(standing, wake_at=now)


def emptied(standing: Standing, ended_as: str) -> Standing:
    """Return the standing of a run whose content is taken out: over, and lost to whoever drives it."""
    if standing.is_over:
        return standing
    return msgspec.structs.replace(
        standing,
        epoch=standing.epoch + 1,
        status=ended_as,
        is_over=True,
        worker="",
        lease_until=0.0,
        lease_seconds=0.0,
        wake_at=None,
    )


def bereft(standing: Standing, now: float) -> Standing:
    """Return the standing of a run whose driver is gone: the lease is void and the run is due at once."""
    if not standing.worker:
        return standing
    return msgspec.structs.replace(standing, worker="", lease_until=0.0, lease_seconds=0.0, wake_at=now)


def _answer_first(commit: Commit, standing: Standing | None, requested: RunId | None) -> CommitResult | None:
    if standing is not None and standing.begun_by == commit.commit_id:
        return Committed(len(commit.events))
    if requested is not None:
        return AlreadyBegun(requested)
    if standing is not None:
        return Stale(standing.version)
    return None


def _is_repeat(commit: Commit, standing: Standing) -> bool:
    """Whether its effect is in already. A commit without events changes nothing when it is done again: never asked."""
    return (
        bool(commit.events)
        and commit.epoch == standing.epoch  # a driver that was overtaken is told so, or it would go on
        and commit.commit_id == standing.commit_id
        and commit.expected + len(commit.events) == standing.version
    )


def _latest(wake_at: float | None, now: float) -> float:
    return now if wake_at is None else min(wake_at, now)
