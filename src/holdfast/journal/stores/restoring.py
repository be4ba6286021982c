"""What a store answers to an archive that is to be taken in: pure, the same for every store."""

from holdfast.journal.port import Delivered
from holdfast.journal.stores.rules import Standing
from holdfast.journal.upkeep import Archive, check_same
from holdfast.kernel.errors import JournalError
from holdfast.kernel.ids import RunId


def is_new(archive: Archive, present: Archive | None, requested: RunId | None, letters: tuple[Delivered, ...]) -> bool:
    """Whether ``archive`` is to be written; False if ``present`` is just that.

    ``requested`` is the run that the same request began here, ``letters`` what the inbox of the run holds. Raises
    JournalError, naming what is in the way.
    """
    if present is not None:
        check_same(archive, present)
        return False
    if requested is not None:
        raise JournalError(
            f"the request {archive.new.request_id!r} of run {archive.run} began run {requested} here: "
            "import it into another store"
        )
    if letters:
        raise JournalError(
            f"expected no mail for run {archive.run} before the run itself, found {len(letters)} letters: "
            "import it into another store"
        )
    return True


def standing_of(archive: Archive) -> Standing:
    """Return the standing of a run just taken in: nobody drives it, and no instant wakes it."""
    return Standing(
        version=len(archive.events),
        epoch=archive.epoch,
        begun_by=archive.begun_by,
        commit_id=archive.commit_id,
        status=archive.status,
        is_over=archive.is_over,
        worker="",
        lease_until=0.0,
        lease_seconds=0.0,
        wake_at=None,
        updated_at=archive.updated_at,
    )
