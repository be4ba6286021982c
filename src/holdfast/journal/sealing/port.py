"""What sealing asks for: keys by data subject, kept apart from what they seal, and a cipher."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

SUBJECT_CHARACTERS_MAX = 500
KEY_BYTES = 32


class SubjectKey(msgspec.Struct, frozen=True):
    """The key of one data subject of one tenant, or that there was one."""

    key_id: str
    """Random: it tells nothing of the person."""
    key: bytes | None
    """None: it was destroyed."""
    destroyed_at: float | None = None


class SubjectKeys(Protocol):
    """Keeps the keys. A key is durable before it is returned, for whatever is sealed under a lost key is lost.

    Nothing that tells who the person is lies beside a key: what is looked for is found by a MAC. Every method may raise
    JournalError.
    """

    async def make(self, tenant: str, subject: str) -> SubjectKey:
        """Return the subject's key, made at first use; a new one if the one before was destroyed."""

    async def find(self, key_id: str) -> SubjectKey | None:
        """Return the key with this id, also one that was destroyed; None if there never was one here."""

    async def of_subject(self, tenant: str, subject: str) -> Sequence[SubjectKey]:
        """Return every key the subject has had, the destroyed ones too."""

    async def destroy(self, key_id: str) -> None:
        """Destroy the key for good, and return once nothing of it is left here. Again is harmless, and finishes."""


class KeysUpkeep(Protocol):
    """What an operator asks of the keys."""

    async def open(self) -> None:
        """Make ready for use; no file is made before there is a key."""

    async def backup(self, path: Path) -> bool:
        """Write a copy of the keys to a new file; False if there are none. Raises InputError if it exists."""

    async def close(self) -> None:
        """Let go of every resource; calling it twice is harmless."""


class KeptKeys(SubjectKeys, KeysUpkeep, Protocol):
    """Keys with all that an operator needs."""


class Cipher(Protocol):
    """Authenticated encryption under one key."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Return ``data`` encrypted, with a tag that covers ``associated_data`` too."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Return what was encrypted. Raises JournalError if it, or where it belongs, is not what it was."""


MakeCipher = Callable[[bytes], Cipher]
