"""A run's payloads: content kept beside the events that point at it, each once.

Ids are MACs under the tenant's key (keyed BLAKE2b, RFC 7693), so an id neither reveals nor collides with the content of
another tenant.
"""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from holdfast.journal.port import Journal, Payload
from holdfast.journal.veil import NO_VEIL, Veil
from holdfast.kernel.errors import JournalError
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.kernel.messages import Message
from holdfast.kernel.messages_codec import decode_message, encode_message

CACHE_BYTES_MAX = 4_000_000
ID_BYTES = 16

_json = msgspec.json.Encoder(order="deterministic")


def payload_id(key: bytes, body: bytes) -> PayloadId:
    """Return the id of ``body`` under the tenant's ``key``."""
    return PayloadId(hashlib.blake2b(body, key=key, digest_size=ID_BYTES).hexdigest())


class Payloads:
    """Keeps and fetches the payloads of one run, with a bounded cache of what was touched last."""

    __slots__ = ("_cache", "_journal", "_key", "_run", "_staged", "_under_way", "cached_bytes", "veil")

    def __init__(self, journal: Journal, run: RunId, key: bytes) -> None:
        self._journal, self._run, self._key = journal, run, key
        self.veil: Veil = NO_VEIL
        """What nothing that is kept may hold."""
        self._staged: dict[PayloadId, bytes] = {}
        self._under_way: dict[PayloadId, bytes] = {}
        self._cache: dict[PayloadId, bytes | Message] = {}
        """A message as its value: whoever shows it to a model has that in memory anyway."""
        self.cached_bytes = 0
        """How much is held in memory; CACHE_BYTES_MAX at the most."""

    def keep(self, body: bytes) -> PayloadId:
        """Stage ``body`` for the next commit and return its id."""
        body = self.veil.body(body)
        return self._keep(body, body)

    def keep_message(self, message: Message) -> PayloadId:
        """Stage ``message`` and return its id; it need not be decoded again."""
        body = encode_message(message)
        if self.veil.hides(body):
            message = self.veil.value(message)
            body = encode_message(message)
        return self._keep(body, message)

    def have(self, payload: Payload) -> None:
        """Take in a payload that the run has, so that it need not be fetched."""
        self._remember(payload.payload_id, payload.body, len(payload.body))

    def keep_json(self, value: object) -> PayloadId:
        """Stage the JSON of ``value``, keys in order, and return its id."""
        return self.keep(_json.encode(value))

    def id_of_json(self, value: object) -> PayloadId:
        """Return the id that the JSON of ``value`` has in every run of the tenant; nothing is kept."""
        return payload_id(self._key, self.veil.body(_json.encode(value)))

    def take_staged(self) -> tuple[Payload, ...]:
        """Hand over what was staged since the last commit; it can still be fetched while that is under way."""
        staged, self._staged = self._staged, {}
        self._under_way.update(staged)
        return tuple([Payload(identity, body) for identity, body in staged.items()])

    def committed(self) -> None:
        """Say that what was handed over is in the store."""
        self._under_way.clear()

    async def fetch(self, identity: PayloadId) -> bytes:
        """Return one payload. Raises JournalError if the run does not have it."""
        known = self._known(identity)
        return known if known is not None else (await self.fetch_all((identity,)))[0]

    async def fetch_message(self, identity: PayloadId) -> Message:
        """Return the message that a payload is. Raises JournalError as ``fetch`` does, and for any other payload."""
        return self.message_at_hand(identity) or decode_message(await self.fetch(identity))

    def message_at_hand(self, identity: PayloadId) -> Message | None:
        """Return the message that a payload is, if it need not be fetched."""
        known = self._cache.get(identity)
        return known if isinstance(known, Message) else None

    async def fetch_json(self, identity: PayloadId) -> object:
        """Return the value of a payload of JSON."""
        value: object = msgspec.json.decode(await self.fetch(identity))
        return value

    async def fetch_all(self, identities: Sequence[PayloadId]) -> list[bytes]:
        """Return the payloads in the order asked for. Raises JournalError if the run lacks one."""
        found = {identity: body for identity in identities if (body := self._known(identity)) is not None}
        missing = [identity for identity in dict.fromkeys(identities) if identity not in found]
        if missing:
            read = await self._journal.payloads(self._run, missing)
            self._check(missing, read)
            for identity, body in read.items():
                self._remember(identity, body, len(body))
            found.update(read)
        return [found[identity] for identity in identities]

    def _keep(self, body: bytes, value: bytes | Message) -> PayloadId:
        identity = payload_id(self._key, body)
        if identity not in self._cache and identity not in self._staged:
            self._staged[identity] = body
            self._remember(identity, value, len(body))
        return identity

    def _known(self, identity: PayloadId) -> bytes | None:
        found = self._cache.get(identity)
        if found is None:
            found = self._staged.get(identity) or self._under_way.get(identity)
        return None if found is None else _body(found)

    def _check(self, wanted: Iterable[PayloadId], read: dict[PayloadId, bytes]) -> None:
        for identity in wanted:
            if identity not in read:
                raise JournalError(
                    f"expected payload {identity} in run {self._run}, found none: it was erased, or damage was done"
                )

    def _remember(self, identity: PayloadId, value: bytes | Message, size_bytes: int) -> None:
        if size_bytes > CACHE_BYTES_MAX // 4 or identity in self._cache:
            return
        self._cache[identity] = value
        self.cached_bytes += size_bytes
        while self.cached_bytes > CACHE_BYTES_MAX:
            self.cached_bytes -= len(_body(self._cache.pop(next(iter(self._cache)))))


def _body(value: bytes | Message) -> bytes:
    """Return the bytes of what is kept: equal messages give equal bytes."""
    return encode_message(value) if isinstance(value, Message) else value
