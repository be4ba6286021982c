"""What a store behind seals is given to keep: nothing of a person that could be read, moved about or guessed."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from holdfast.journal.port import (
    AlreadyBegun,
    Committed,
    Delivered,
    Letter,
    NewRun,
    Payload,
    Recorded,
    RunFilter,
    Snapshot,
)
from holdfast.journal.sealing.aes import AesGcm
from holdfast.journal.sealing.envelope import ERASED, MARK, disclose, enclose, escaped, is_sealed, unescaped
from holdfast.journal.sealing.keeping import SealingStore
from holdfast.journal.stores.memory import MemoryStore
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.journal.upkeep import KeptStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import JournalError, KeyMissing
from holdfast.kernel.ids import LetterId, PayloadId, RunId
from holdfast.testing.conformance.journal.samples import OTHER, RUN, beginning, events, following, letter, payload, take
from tests.journal.sealing.subjects import SUBJECT, InFiles, sealing

SECRET = "the rash on her left hand"
ABOUT_ANNA = NewRun("acme", "desk", request_id=f"ask about {SECRET}", title=f"Anna: {SECRET}", subject=SUBJECT)
LETTER = Letter(LetterId(f"settle:scan[{SECRET}]:1"), RUN, SECRET.encode())


@pytest.fixture
def disk(tmp_path: Path) -> InFiles:
    return InFiles(tmp_path / "runs.db")


@pytest.fixture
async def store(disk: InFiles) -> AsyncIterator[SealingStore]:
    store = sealing(disk.inner(), disk.keys())
    await store.open()
    yield store
    await store.close()


async def lived(store: SealingStore, run: RunId = RUN, new: NewRun = ABOUT_ANNA) -> None:
    """Have a run keep the secret in every place there is, and end."""
    await store.commit(beginning(run, new))
    claim = await take(store, run)
    told = tuple(Recorded(version, 1.0, f"{version}: {SECRET}".encode()) for version in (2, 3))
    commit = following(claim, event_count=2, payloads=(payload("p1", SECRET.encode()), payload("p2", b"yes")))
    snapshot = Snapshot(3, "fold", SECRET.encode())
    assert await store.commit(replace(commit, events=told, snapshot=snapshot)) == Committed(3)
    await store.post([replace(LETTER, to=run)])
    await store.commit(following(claim, 3, is_over=True))


def on_disk(path: Path) -> bytes:
    """The store's file and its log, as whoever copies them has them; not the keys."""
    return b"".join(file.read_bytes() for file in (path, path.with_name(path.name + "-wal")))


async def test_nothing_of_a_person_can_be_read_in_the_store_or_its_log(store: SealingStore, disk: InFiles) -> None:
    await lived(store)
    found = on_disk(disk.path)
    assert RUN.encode() in found
    for told in (SECRET, SUBJECT, "Anna"):
        assert told.encode() not in found
    with closing(sqlite3.connect(disk.path)) as connection:  # two signs may stand anywhere in what is sealed
        assert "p1" not in {identity for (identity,) in connection.execute("SELECT payload_id FROM payloads")}


async def test_whoever_has_the_key_reads_all_of_it(store: SealingStore) -> None:
    await lived(store)
    assert [event.body for event in await store.read(RUN, 1, 2)] == [f"{v}: {SECRET}".encode() for v in (2, 3)]
    assert await store.payloads(RUN, [PayloadId("p1"), PayloadId("p2"), PayloadId("p3")]) == {
        "p1": SECRET.encode(),
        "p2": b"yes",
    }
    assert (await store.latest(RUN)).snapshot == Snapshot(3, "fold", SECRET.encode())
    assert await store.inbox(RUN) == (Delivered(1, LETTER.letter_id, LETTER.body),)
    head = await store.head(RUN)
    assert (head.title, head.request_id, head.subject) == (ABOUT_ANNA.title, ABOUT_ANNA.request_id, SUBJECT)
    assert list(await store.runs(RunFilter())) == [head]


async def test_the_same_content_looks_different_in_every_run(store: SealingStore, disk: InFiles) -> None:
    """Else an answer of few possible ones could be told from the payload's id, by whoever has the tenant's key."""
    await lived(store)
    await lived(store, OTHER, replace(ABOUT_ANNA, request_id=None))
    with closing(sqlite3.connect(disk.path)) as connection:
        ids = [payload_id for (payload_id,) in connection.execute("SELECT payload_id FROM payloads")]
        letters = [letter_id for (letter_id,) in connection.execute("SELECT letter_id FROM inbox")]
    assert (len(set(ids)), len(set(letters))) == (4, 2)


async def test_the_same_request_about_the_same_person_finds_its_run(store: SealingStore) -> None:
    await lived(store)
    assert await store.commit(beginning(OTHER, ABOUT_ANNA)) == AlreadyBegun(RUN)


async def test_a_run_in_the_clear_lies_there_as_it_is(store: SealingStore, disk: InFiles) -> None:
    await lived(store, new=replace(ABOUT_ANNA, subject=None))
    assert await store.inner.archive(RUN) == await store.archive(RUN)
    assert not disk.keys().path.exists()


SWAPS = {
    "two events": "UPDATE events SET version = CASE version WHEN 2 THEN -3 WHEN 3 THEN -2 ELSE version END",
    "two payloads": "UPDATE payloads SET body = (SELECT body FROM payloads AS b WHERE b.rowid <> payloads.rowid)",
    "a letter": "UPDATE inbox SET body = (SELECT body FROM events WHERE version = 2)",
    "a snapshot": "UPDATE snapshots SET body = (SELECT body FROM events WHERE version = 2)",
    "an event of another kind": "UPDATE events SET body = (SELECT body FROM snapshots) WHERE version = 2",
    "an event in the clear": "UPDATE events SET body = x'80' WHERE version = 2",
    "a byte too many": "UPDATE events SET body = CAST(body || x'00' AS BLOB) WHERE version = 2",
}


async def read_all(store: SealingStore) -> None:
    """Read everything that is kept of the run; the snapshot is in no archive."""
    await store.archive(RUN)
    await store.latest(RUN)


@pytest.mark.parametrize("what", SWAPS)
async def test_a_piece_that_is_not_where_it_was_sealed_is_refused(
    store: SealingStore, disk: InFiles, what: str
) -> None:
    await lived(store)
    with closing(sqlite3.connect(disk.path)) as connection:
        connection.execute(SWAPS[what])
        connection.execute("UPDATE events SET version = abs(version)")
        connection.commit()
    with pytest.raises(JournalError, match="tampered with"):
        await read_all(store)


async def test_events_of_another_run_of_the_same_person_are_refused(store: SealingStore, disk: InFiles) -> None:
    await lived(store)
    await lived(store, OTHER, replace(ABOUT_ANNA, request_id=None))
    with closing(sqlite3.connect(disk.path)) as connection:
        connection.execute("UPDATE events SET run_id = -run_id")
        connection.execute("UPDATE events SET run_id = 3 + run_id")
        connection.commit()
    with pytest.raises(JournalError, match="tampered with"):
        await store.read(RUN)


# --- beside a run ---


async def test_a_run_begun_under_a_sealed_one_is_sealed_too(store: SealingStore, disk: InFiles) -> None:
    await lived(store)
    assert await store.commit(beginning(OTHER, NewRun("acme", "desk", parent=RUN, title=SECRET))) == Committed(1)
    assert SECRET.encode() not in on_disk(disk.path)
    head = await store.head(OTHER)
    assert (head.subject, head.seal) == (SUBJECT, (await store.head(RUN)).seal)


async def test_mail_to_a_run_that_is_not_there_yet_is_sealed_by_who_sends_it(
    store: SealingStore, disk: InFiles
) -> None:
    await store.commit(beginning(RUN, ABOUT_ANNA, letters=(letter("l1", OTHER, SECRET.encode()),)))
    assert SECRET.encode() not in on_disk(disk.path)
    await store.commit(beginning(OTHER, NewRun("acme", "desk", parent=RUN)))
    await store.post([letter("l1", OTHER, SECRET.encode())])
    assert await store.inbox(OTHER) == (Delivered(1, LetterId("l1"), SECRET.encode()),)


async def test_mail_that_came_before_its_sealed_run_is_delivered_once(store: SealingStore) -> None:
    await store.post([letter("l1")])
    await store.commit(beginning(RUN, ABOUT_ANNA))
    await store.post([letter("l1"), letter("l2")])
    assert [(mail.position, mail.letter_id) for mail in await store.inbox(RUN)] == [(1, "l1"), (2, "l2")]


async def test_another_process_writes_to_a_sealed_run_under_its_seal(store: SealingStore, disk: InFiles) -> None:
    await store.commit(beginning(RUN, ABOUT_ANNA))
    other = sealing(SqliteStore(disk.path, disk.clock, drives=False), disk.keys())
    await other.open()
    await other.post([LETTER])
    await other.close()
    assert LETTER.letter_id.encode() not in on_disk(disk.path)
    assert [mail.body for mail in await store.inbox(RUN)] == [LETTER.body]


@pytest.mark.parametrize("kind", ["memory", "file"])
async def test_a_store_without_seals_refuses_a_run_about_a_person(kind: str, disk: InFiles) -> None:
    plain: KeptStore = disk.inner() if kind == "file" else MemoryStore(VirtualClock())
    await plain.open()
    with pytest.raises(JournalError, match="expected a store that seals"):
        await plain.commit(beginning(RUN, ABOUT_ANNA))
    await plain.commit(beginning(RUN))
    archive = await plain.archive(RUN)
    with pytest.raises(JournalError, match="expected a store that seals"):
        await plain.restore(replace(archive, new=ABOUT_ANNA))
    await plain.close()


# --- moving, and missing keys ---


async def test_a_store_without_its_keys_says_what_is_missing(
    store: SealingStore, disk: InFiles, tmp_path: Path
) -> None:
    await lived(store)
    await store.backup(tmp_path / "copy.db", lambda _done, _total: None)
    copied = InFiles(tmp_path / "copy.db")
    copy = sealing(copied.inner(), copied.keys())
    await copy.open()
    with pytest.raises(KeyMissing, match="backed up apart"):
        await copy.read(RUN)
    with pytest.raises(KeyMissing):
        await copy.payloads(RUN, [PayloadId("p1")])
    (head,) = await copy.runs(RunFilter())
    assert (head.title, head.subject, head.erased_at) == ("", None, None)
    await copy.close()
    await store.keys.backup(copied.keys().path)
    copy = sealing(copied.inner(), copied.keys())
    await copy.open()
    assert await copy.archive(RUN) == await store.archive(RUN)
    await copy.close()


async def test_a_run_is_moved_in_the_clear_and_sealed_anew(store: SealingStore, tmp_path: Path) -> None:
    await lived(store)
    archive = await store.archive(RUN)
    assert archive.new == ABOUT_ANNA
    there = InFiles(tmp_path / "there.db")
    other = sealing(there.inner(), there.keys())
    await other.open()
    assert await other.restore(archive)
    assert not await other.restore(archive)
    assert await other.archive(RUN) == archive
    assert SECRET.encode() not in on_disk(there.path)
    assert (await other.head(RUN)).seal != (await store.head(RUN)).seal
    await other.close()


async def test_what_nobody_has_the_key_of_is_not_trimmed(store: SealingStore, disk: InFiles, tmp_path: Path) -> None:
    await lived(store)
    await store.backup(tmp_path / "copy.db", lambda _done, _total: None)
    copied = InFiles(tmp_path / "copy.db")
    copy = sealing(copied.inner(), copied.keys())
    await copy.open()
    assert (await copy.trim([RUN, OTHER])).payloads == 0
    assert (await copy.remove([RUN])).runs == 1
    await copy.close()


# --- bytes ---


@given(st.one_of(st.binary(), st.binary().map(lambda body: MARK + body)))
def test_whatever_lies_in_the_clear_comes_back_as_it_was(body: bytes) -> None:
    assert not is_sealed(escaped(body))
    assert unescaped(escaped(body)) == body


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=12, max_size=12), st.binary())
def test_a_sealed_body_is_taken_apart_as_it_was_put_together(key_id: bytes, nonce: bytes, text: bytes) -> None:
    body = enclose(key_id.hex(), nonce, text)
    assert is_sealed(body)
    assert disclose(body) == (key_id.hex(), nonce, text)


def test_an_erased_body_holds_nothing_and_an_unknown_kind_is_refused() -> None:
    assert disclose(ERASED) is None
    with pytest.raises(JournalError, match="use a newer Holdfast"):
        disclose(MARK + b"\x07 from the future")


async def test_a_body_that_looks_sealed_and_lies_in_the_clear_comes_back(store: SealingStore) -> None:
    odd = (Recorded(1, 0.0, ERASED),)
    begins = replace(beginning(RUN), events=odd, payloads=(Payload(PayloadId("p1"), ERASED),))
    await store.commit(begins)
    await store.post([letter("l1", body=ERASED)])
    assert await store.read(RUN) == odd
    assert await store.payloads(RUN, [PayloadId("p1")]) == {"p1": ERASED}
    assert (await store.inbox(RUN))[0].body == ERASED
    claim = await take(store)
    await store.commit(replace(following(claim), snapshot=Snapshot(2, "f", b"state")))
    assert await store.read(RUN) == (*odd, *events(2))
    assert await store.restore(await store.archive(RUN)) is False


def test_a_cipher_says_which_piece_is_not_what_it_was() -> None:
    cipher = AesGcm(bytes(32))
    sealed = cipher.encrypt(bytes(12), b"hello", b"run_a/event/1")
    assert cipher.decrypt(bytes(12), sealed, b"run_a/event/1") == b"hello"
    with pytest.raises(JournalError, match="run_a/event/2"):
        cipher.decrypt(bytes(12), sealed, b"run_a/event/2")
