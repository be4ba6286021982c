"""Keys in memory and in a file keep the same promises; the file tells nobody anything it should not."""

import asyncio
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from holdfast.journal.stores.keys import FileKeys, MemoryKeys
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import InputError, JournalError, StoreClosed
from holdfast.testing.conformance.keys import ACME, ANNA, BERT, KeysConformance


class InMemory:
    def __init__(self) -> None:
        self._keys = MemoryKeys(VirtualClock())

    def keys(self) -> MemoryKeys:
        return self._keys


class InAFile:
    def __init__(self, path: Path) -> None:
        self._path = path

    def keys(self) -> FileKeys:
        return FileKeys(self._path, VirtualClock())


class TestMemoryKeys(KeysConformance):
    @pytest.fixture
    def keyring(self) -> InMemory:
        return InMemory()


class TestFileKeys(KeysConformance):
    @pytest.fixture
    def keyring(self, tmp_path: Path) -> InAFile:
        return InAFile(tmp_path / "runs.db.keys")


def on_disk(folder: Path) -> bytes:
    """Everything that lies in the folder: the file, its log, whatever else was left there."""
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db.keys"


async def opened(path: Path) -> FileKeys:
    keys = FileKeys(path, VirtualClock())
    await keys.open()
    return keys


async def test_no_file_is_made_before_there_is_a_key(path: Path) -> None:
    keys = await opened(path)
    assert await keys.find("00" * 16) is None
    assert list(await keys.of_subject(ACME, ANNA)) == []
    assert not await keys.backup(path.with_name("copy"))
    assert os.listdir(path.parent) == []
    await keys.close()


async def test_only_its_owner_may_read_the_file(path: Path) -> None:
    keys = await opened(path)
    await keys.make(ACME, ANNA)
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    await keys.close()


async def test_the_file_does_not_tell_who_has_a_key(path: Path) -> None:
    keys = await opened(path)
    await keys.make(ACME, ANNA)
    found = on_disk(path.parent)
    assert ANNA.encode() not in found
    assert ACME.encode() not in found
    await keys.close()


async def test_a_key_is_on_the_disk_before_it_can_be_used_and_not_after_it_is_destroyed(path: Path) -> None:
    keys = await opened(path)
    made, other = [await keys.make(ACME, f"{ANNA}{number}") for number in range(200)], await keys.make(ACME, BERT)
    assert all((key.key or b"-") in on_disk(path.parent) for key in made)
    for key in made[::2]:
        await keys.destroy(key.key_id)
    found = on_disk(path.parent)
    assert not [key for key in made[::2] if (key.key or b"-") in found]
    assert (other.key or b"-") in found
    await keys.close()


async def test_a_log_that_somebody_holds_is_told_and_emptied_the_next_time(path: Path) -> None:
    keys = await opened(path)
    made = await keys.make(ACME, ANNA)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM keys").fetchall()
    keys._connection.execute("PRAGMA busy_timeout = 1")  # type: ignore[union-attr]  # it is open
    with pytest.raises(JournalError, match="erase again"):
        await keys.destroy(made.key_id)
    reader.close()
    await keys.destroy(made.key_id)
    assert (made.key or b"-") not in on_disk(path.parent)
    await keys.close()


async def test_a_backup_of_the_keys_opens_as_keys(path: Path) -> None:
    keys = await opened(path)
    made = await keys.make(ACME, ANNA)
    assert await keys.backup(path.with_name("copy"))
    with pytest.raises(InputError, match="nothing is overwritten"):
        await keys.backup(path.with_name("copy"))
    with pytest.raises(InputError, match="expected a folder"):
        await keys.backup(path.parent / "gone" / "copy")
    await keys.close()
    copy = await opened(path.with_name("copy"))
    assert await copy.find(made.key_id) == made
    assert await copy.make(ACME, ANNA) == made
    await copy.close()


async def test_a_database_of_another_kind_is_left_alone(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE notes (note TEXT)")
    other.close()
    keys = await opened(path)
    with pytest.raises(JournalError, match="found another database"):
        await keys.make(ACME, ANNA)
    await keys.close()


@pytest.fixture
def damaged(path: Path) -> Path:
    path.write_bytes(b"no database at all, but long enough to look at" * 100)
    return path


async def test_a_file_that_is_no_database_is_told(damaged: Path) -> None:
    keys = await opened(damaged)
    with pytest.raises(JournalError, match="could not use the keys"):
        await keys.make(ACME, ANNA)
    await keys.close()


async def test_keys_that_are_closed_are_refused(path: Path) -> None:
    keys = FileKeys(path, VirtualClock())
    with pytest.raises(StoreClosed):
        await keys.make(ACME, ANNA)
    await keys.open()
    await asyncio.gather(keys.make(ACME, ANNA), keys.make(ACME, BERT))
    await keys.close()
    with pytest.raises(StoreClosed):
        await keys.make(ACME, ANNA)


async def test_keys_in_memory_have_no_backup(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="found them in memory"):
        await MemoryKeys(VirtualClock()).backup(tmp_path / "copy")
