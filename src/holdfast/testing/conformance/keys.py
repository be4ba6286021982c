"""What every keeper of subjects' keys promises: one key a person, the same for all who ask, and gone when destroyed.

Subclass ``KeysConformance`` in a test module, with a fixture ``keyring`` that returns a ``Keyring``, and let pytest
(asyncio mode ``auto``) run it.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Protocol

import pytest

from holdfast.journal.sealing.port import KEY_BYTES, KeptKeys

ANNA, BERT = "anna", "bert"
ACME, GLOBEX = "acme", "globex"


class Keyring(Protocol):
    """What outlives a keeper of keys: they are opened on it one after the other, or side by side."""

    def keys(self) -> KeptKeys:
        """Return a keeper of the same keys, not yet open."""


class KeysConformance:
    """The whole suite."""

    @pytest.fixture
    async def keys(self, keyring: Keyring) -> AsyncIterator[KeptKeys]:
        keys = keyring.keys()
        await keys.open()
        yield keys
        await keys.close()

    async def test_a_subject_has_one_key_however_often_it_is_asked_for(self, keys: KeptKeys) -> None:
        made = await asyncio.gather(*(keys.make(ACME, ANNA) for _ in range(8)))
        assert len({key.key for key in made}) == 1
        assert len(made[0].key or b"") == KEY_BYTES
        assert await keys.find(made[0].key_id) == made[0]

    async def test_subjects_and_tenants_share_no_key(self, keys: KeptKeys) -> None:
        made = [await keys.make(tenant, subject) for tenant in (ACME, GLOBEX) for subject in (ANNA, BERT)]
        made += [await keys.make("acm", "eanna"), await keys.make("", "acmeanna")]
        assert len({key.key for key in made}) == len({key.key_id for key in made}) == 6

    async def test_whoever_was_never_asked_for_has_no_key(self, keys: KeptKeys) -> None:
        assert list(await keys.of_subject(ACME, ANNA)) == []
        assert await keys.find("00" * 16) is None
        await keys.make(ACME, ANNA)
        assert list(await keys.of_subject(ACME, BERT)) == []
        assert await keys.find("00" * 16) is None

    async def test_keys_outlive_their_keeper(self, keyring: Keyring) -> None:
        before = keyring.keys()
        await before.open()
        made = await before.make(ACME, ANNA)
        await before.close()
        after = keyring.keys()
        await after.open()
        assert await after.make(ACME, ANNA) == made
        await after.close()

    async def test_two_keepers_of_the_same_keys_agree(self, keyring: Keyring) -> None:
        keepers = [keyring.keys() for _ in range(4)]
        for keeper in keepers:
            await keeper.open()
        made = await asyncio.gather(*(keeper.make(ACME, ANNA) for keeper in keepers))
        assert len({key.key for key in made}) == 1
        await keepers[0].destroy(made[0].key_id)
        for keeper in keepers:
            found = await keeper.find(made[0].key_id)
            assert found is not None
            assert found.key is None
            await keeper.close()

    async def test_a_destroyed_key_is_known_by_its_id_alone(self, keys: KeptKeys) -> None:
        made, other = await keys.make(ACME, ANNA), await keys.make(ACME, BERT)
        await keys.destroy(made.key_id)
        found = await keys.find(made.key_id)
        assert found is not None
        assert (found.key_id, found.key, found.destroyed_at is not None) == (made.key_id, None, True)
        assert list(await keys.of_subject(ACME, ANNA)) == [found]
        assert await keys.find(other.key_id) == other

    async def test_destroying_twice_changes_nothing(self, keys: KeptKeys) -> None:
        made = await keys.make(ACME, ANNA)
        await keys.destroy(made.key_id)
        found = await keys.find(made.key_id)
        await keys.destroy(made.key_id)
        await keys.destroy("00" * 16)
        assert await keys.find(made.key_id) == found

    async def test_a_person_who_comes_back_has_a_new_key(self, keys: KeptKeys) -> None:
        first = await keys.make(ACME, ANNA)
        await keys.destroy(first.key_id)
        second = await keys.make(ACME, ANNA)
        assert second.key not in (None, first.key)
        assert [key.key_id for key in await keys.of_subject(ACME, ANNA)] == [first.key_id, second.key_id]
        assert await keys.make(ACME, ANNA) == second

    async def test_closing_twice_is_harmless(self, keyring: Keyring) -> None:
        keys = keyring.keys()
        await keys.close()
        await keys.open()
        await keys.close()
        await keys.close()
