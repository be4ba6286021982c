"""What goes into the store: sealed where it belongs to a run about a person, else in the clear and as it is."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from holdfast.journal.bus import Publication
from holdfast.journal.port import Commit, Letter, Payload, Recorded, Snapshot
from holdfast.journal.sealing.envelope import MARK, escaped
from holdfast.journal.sealing.sealer import Sealer
from holdfast.journal.shared import SharedWrite
from holdfast.journal.upkeep import Archive
from holdfast.kernel.ids import EventId, LetterId, PayloadId

B = TypeVar("B", Recorded, Payload, Letter, Publication)


def sealed_commit(commit: Commit, sealer: Sealer, letters: tuple[Letter, ...]) -> Commit:
    """Return ``commit`` with its content sealed; its ``letters`` have been seen to."""
    return replace(
        commit,
        events=tuple(sealed_event(event, sealer) for event in commit.events),
        payloads=tuple(sealed_payload(payload, sealer) for payload in commit.payloads),
        letters=letters,
        shared=tuple(sealed_shared(write, sealer) for write in commit.shared),
        publishes=tuple(sealed_publication(each, sealer) for each in commit.publishes),
        snapshot=None if commit.snapshot is None else sealed_snapshot(commit.snapshot, sealer),
    )


def clear_commit(commit: Commit, letters: tuple[Letter, ...]) -> Commit:
    """Return ``commit`` as it lies in the clear: nearly always itself."""
    if commit.shared:
        commit = replace(commit, shared=tuple(_shared_in_clear(write) for write in commit.shared))
    if commit.publishes:
        commit = replace(commit, publishes=in_clear(commit.publishes))
    if letters is commit.letters and not _has_marks(commit.events) and not _has_marks(commit.payloads):
        return commit
    return replace(commit, events=in_clear(commit.events), payloads=in_clear(commit.payloads), letters=letters)


def sealed_shared(write: SharedWrite, sealer: Sealer) -> SharedWrite:
    """Return ``write`` sealed for its name and version: whom it tells of may be erased. Names lie in the clear."""
    if write.body is None:
        return write
    return replace(write, body=sealer.seal(shared_place(write.app, write.name, write.base + 1), write.body))


def shared_place(app: str, name: str, version: int) -> str:
    """Return what a shared value is bound to by its seal."""
    return f"shared/{app}/{name}/{version}"


def sealed_publication(given: Publication, sealer: Sealer) -> Publication:
    """Return ``given`` with its payload sealed for its event. Topic, key and step lie in the clear."""
    return replace(given, body=sealer.seal(published_place(given.event_id), given.body))


def published_place(event_id: EventId) -> str:
    """Return what the payload of an event is bound to by its seal."""
    return f"published/{event_id}"


def _shared_in_clear(write: SharedWrite) -> SharedWrite:
    return write if write.body is None else replace(write, body=escaped(write.body))


def sealed_event(event: Recorded, sealer: Sealer) -> Recorded:
    """Return ``event`` sealed for its version."""
    return Recorded(event.version, event.at, sealer.seal(f"event/{event.version}", event.body))


def sealed_payload(payload: Payload, sealer: Sealer) -> Payload:
    """Return ``payload`` sealed under a name of which nobody can tell what it is the name of."""
    name = PayloadId(sealer.hidden(payload.payload_id))
    return Payload(name, sealer.seal_named("payload", payload.payload_id, payload.body))


def sealed_letter(letter: Letter, sealer: Sealer) -> Letter:
    """Return ``letter`` sealed for the inbox it goes to; its id may name items of a map, so it is hidden too."""
    name = LetterId(sealer.hidden(letter.letter_id))
    return replace(letter, letter_id=name, body=sealer.seal_named("letter", letter.letter_id, letter.body))


def sealed_snapshot(snapshot: Snapshot, sealer: Sealer) -> Snapshot:
    """Return ``snapshot`` sealed for its version and fold."""
    place = f"snapshot/{snapshot.version}/{snapshot.fold}"
    return Snapshot(snapshot.version, snapshot.fold, sealer.seal(place, snapshot.body))


def sealed_archive(archive: Archive, sealer: Sealer, subject: str) -> Archive:
    """Return ``archive`` as a store takes it in that keeps it sealed."""
    payloads = (sealed_payload(payload, sealer) for payload in archive.payloads)
    return replace(
        archive,
        new=sealer.seal_new(archive.new, subject),
        events=tuple(sealed_event(event, sealer) for event in archive.events),
        payloads=tuple(sorted(payloads, key=lambda payload: payload.payload_id)),
        letters=tuple(
            replace(
                letter,
                letter_id=LetterId(sealer.hidden(letter.letter_id)),
                body=sealer.seal_named("letter", letter.letter_id, letter.body),
            )
            for letter in archive.letters
        ),
    )


def clear_archive(archive: Archive) -> Archive:
    """Return ``archive`` as it lies in the clear."""
    return replace(
        archive,
        events=in_clear(archive.events),
        payloads=in_clear(archive.payloads),
        letters=tuple(replace(letter, body=escaped(letter.body)) for letter in archive.letters),
    )


def in_clear(pieces: Sequence[B]) -> tuple[B, ...]:
    """Return ``pieces`` as they lie in the clear."""
    return tuple(replace(piece, body=escaped(piece.body)) for piece in pieces)


def _has_marks(pieces: Iterable[Recorded | Payload]) -> bool:
    for piece in pieces:  # noqa: SIM110 - asked for each commit: a generator costs three times as much
        if piece.body.startswith(MARK):
            return True
    return False
