"""Keeps the secrets that results held: sealed under a key that is not in the store."""

from typing import Protocol

from holdfast.journal.sealing.port import MakeCipher, SubjectKeys
from holdfast.journal.sealing.sealer import Sealer
from holdfast.kernel.errors import HoldfastError
from holdfast.kernel.ids import RunId
from holdfast.kernel.randomness import Randomness

KEY_OF = "holdfast: secrets found in results"
"""The key's name among those of data subjects: one for each tenant."""
PLACE = "found"
_ANY_RUN = RunId("found-secrets")


class Strongbox(Protocol):
    """Seals values, and opens what it has sealed."""

    async def seal(self, tenant: str, value: str) -> bytes:
        """Return ``value`` sealed. Raises HoldfastError where it cannot be."""

    async def open(self, tenant: str, sealed: bytes) -> str | None:
        """Return what was sealed; None if its key is not here."""


class KeyedStrongbox:
    """Seals under the tenant's key among those of data subjects, which lie apart from the store."""

    def __init__(self, keys: SubjectKeys, make_cipher: MakeCipher, randomness: Randomness) -> None:
        self._keys, self._make_cipher, self._randomness = keys, make_cipher, randomness
        self._sealers: dict[str, Sealer] = {}

    async def seal(self, tenant: str, value: str) -> bytes:
        return (await self._sealer(tenant)).seal(PLACE, value.encode("utf-8", "surrogatepass"))

    async def open(self, tenant: str, sealed: bytes) -> str | None:
        try:
            opened = (await self._sealer(tenant)).open(PLACE, sealed)
        except HoldfastError:
            return None
        return opened.decode("utf-8", "surrogatepass")

    async def _sealer(self, tenant: str) -> Sealer:
        if tenant not in self._sealers:
            key = await self._keys.make(tenant, KEY_OF)
            self._sealers[tenant] = Sealer(_ANY_RUN, key, self._make_cipher, self._randomness)
        return self._sealers[tenant]


class NoStrongbox:
    """Keeps nothing: a secret that was found is only ever a reference."""

    async def seal(self, tenant: str, value: str) -> bytes:
        return b""

    async def open(self, tenant: str, sealed: bytes) -> str | None:
        return None
