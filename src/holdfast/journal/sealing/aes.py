"""AES-256-GCM by ``cryptography``: loaded when the first run about a person is begun or read, and no sooner."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from holdfast.kernel.errors import JournalError


class AesGcm:
    """AES-256-GCM under one key. See ``sealing.port.Cipher``."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        return self._cipher.encrypt(nonce, data, associated_data)

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        try:
            return self._cipher.decrypt(nonce, data, associated_data)
        except InvalidTag as error:
            raise JournalError(
                f"expected {associated_data.decode(errors='replace')} as it was sealed, found something else in its "
                "place: the store was damaged or tampered with, restore it from a backup"
            ) from error
