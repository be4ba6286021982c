"""What comes out of the store: opened where it is sealed, else as it is. A body says by itself which it is."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from holdfast.journal.port import Delivered, Head, NewRun, Payload, Recorded, Snapshot
from holdfast.journal.sealing.envelope import MARK, is_sealed, unescaped
from holdfast.journal.sealing.outgoing import shared_place
from holdfast.journal.sealing.seals import Seals
from holdfast.journal.shared import SharedValue
from holdfast.journal.upkeep import Archive
from holdfast.kernel.errors import Erased, JournalError
from holdfast.kernel.ids import LetterId, PayloadId, RunId


async def opened_events(events: Sequence[Recorded], run: RunId, seals: Seals) -> Sequence[Recorded]:
    """Return the events of ``run`` in the clear. Raises Erased, KeyMissing, JournalError."""
    if not any([event.body.startswith(MARK) for event in events]):  # noqa: C419 - a list costs a third of a generator
        return events
    if len({is_sealed(event.body) for event in events}) > 1:
        raise JournalError(
            f"expected the events of run {run} sealed all or none, found some of each: the store was tampered with, "
            "restore it from a backup"
        )
    return tuple([await _opened_event(event, run, seals) for event in events])


async def opened_snapshot(snapshot: Snapshot | None, run: RunId, seals: Seals) -> Snapshot | None:
    """Return the snapshot of ``run`` in the clear. Raises as ``opened_events`` does."""
    if snapshot is None or not snapshot.body.startswith(MARK):
        return snapshot
    if not is_sealed(snapshot.body):
        return replace(snapshot, body=unescaped(snapshot.body))
    place = f"snapshot/{snapshot.version}/{snapshot.fold}"
    sealer = await seals.for_body(run, snapshot.body)
    return replace(snapshot, body=sealer.open(place, snapshot.body))


async def opened_payload(name: PayloadId, body: bytes, run: RunId, seals: Seals) -> Payload:
    """Return a payload of ``run`` in the clear, by its own name. Raises as ``opened_events`` does."""
    if not is_sealed(body):
        return Payload(name, unescaped(body))
    told, opened = (await seals.for_body(run, body)).open_named("payload", name, body)
    return Payload(PayloadId(told), opened)


async def opened_letter(letter: Delivered, run: RunId, seals: Seals) -> Delivered:
    """Return a letter to ``run`` in the clear, by its own id. Raises as ``opened_events`` does."""
    if not is_sealed(letter.body):
        return letter if not letter.body.startswith(MARK) else replace(letter, body=unescaped(letter.body))
    told, opened = (await seals.for_body(run, letter.body)).open_named("letter", letter.letter_id, letter.body)
    return Delivered(letter.position, LetterId(told), opened)


async def opened_archive(archive: Archive, seals: Seals) -> Archive:
    """Return all that is held of a run, in the clear. Raises as ``opened_events`` does."""
    run = archive.run
    payloads = [await opened_payload(payload.payload_id, payload.body, run, seals) for payload in archive.payloads]
    return replace(
        archive,
        events=tuple(await opened_events(archive.events, run, seals)),
        payloads=tuple(sorted(payloads, key=lambda payload: payload.payload_id)),
        letters=tuple([await opened_letter(letter, run, seals) for letter in archive.letters]),
        new=await _opened_new(archive.new, run, seals),
    )


async def opened_head(head: Head, seals: Seals) -> Head:
    """Return ``head`` with what is sealed of it, as far as there is a key: a list must not fail for one run of it."""
    if head.seal is None or head.erased_at is not None:
        return head
    try:
        label = (await seals.under(head.seal, head.run)).open_label(head.title)
    except (JournalError, msgspec.MsgspecError, ValueError):
        found = await seals.keys.find(head.seal)
        return replace(head, title="", request_id=None, erased_at=found.destroyed_at if found else None)
    return replace(head, title=label.title, request_id=label.request_id, subject=label.subject)


async def _opened_event(event: Recorded, run: RunId, seals: Seals) -> Recorded:
    if not is_sealed(event.body):
        return replace(event, body=unescaped(event.body))
    sealer = await seals.for_body(run, event.body)
    return Recorded(event.version, event.at, sealer.open(f"event/{event.version}", event.body))


async def _opened_new(new: NewRun, run: RunId, seals: Seals) -> NewRun:
    if new.seal is None:
        return new
    label = (await seals.under(new.seal, run)).open_label(new.title)
    return replace(new, title=label.title, request_id=label.request_id, subject=label.subject, seal=None)


async def opened_shared(value: SharedValue, app: str, seals: Seals) -> SharedValue:
    """Return a shared value in the clear; one of a person who was erased is there no more. Raises KeyMissing."""
    if value.body is None:
        return value
    if not is_sealed(value.body):
        return replace(value, body=unescaped(value.body))
    try:
        sealer = await seals.for_body(value.run, value.body)
    except Erased:
        return replace(value, body=None)
    return replace(value, body=sealer.open(shared_place(app, value.name, value.version), value.body))
