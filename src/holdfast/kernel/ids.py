"""Identifiers: sortable for what begins, derived for what follows from it.

A new id is ``prefix_`` and 26 characters of Crockford's base 32: 48 bits of milliseconds, then 80 random bits (the
ULID layout), so ids sort by the time they were made. A derived id carries a hash of what it follows from instead of
randomness: asking twice gives the same id.
"""

import hashlib
from typing import NewType

from holdfast.kernel.randomness import Randomness

RunId = NewType("RunId", str)
CommitId = NewType("CommitId", str)
PayloadId = NewType("PayloadId", str)
LetterId = NewType("LetterId", str)
EventId = NewType("EventId", str)

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_TIME_BITS, _RANDOM_BYTES = 48, 10


def new_run_id(now: float, randomness: Randomness) -> RunId:
    """Return a fresh run id that sorts by ``now`` (seconds since 1970 UTC)."""
    return RunId("run_" + _sortable(now, randomness.bytes(_RANDOM_BYTES)))


def child_run_id(parent: RunId, path: str) -> RunId:
    """Return the id of the run that ``parent`` starts at step ``path``: always the same one."""
    timestamp = parent.removeprefix("run_")[:10]
    return RunId("run_" + timestamp + _base32(int.from_bytes(_digest(_RANDOM_BYTES, "child", parent, path), "big"), 16))


def requested_run_id(tenant: str, request_id: str, now: float) -> RunId:
    """Return the id of the run that a request with an id of its own starts first at ``now``."""
    return RunId("run_" + _sortable(now, _digest(_RANDOM_BYTES, "request", tenant, request_id)))


def commit_id(run: RunId, epoch: int, version: int) -> CommitId:
    """Return the id of the one commit that this driver may base on this version."""
    return CommitId(f"{run}/{epoch}/{version}")


def new_letter_id(randomness: Randomness) -> LetterId:
    """Return a fresh id for a message to an inbox."""
    return LetterId("ltr_" + _base32(int.from_bytes(randomness.bytes(_RANDOM_BYTES), "big"), 16))


def new_event_id(randomness: Randomness) -> EventId:
    """Return a fresh id for an event on the bus."""
    return EventId("evt_" + _base32(int.from_bytes(randomness.bytes(_RANDOM_BYTES), "big"), 16))


def asked_event_id(tenant: str, topic: str, given: str) -> EventId:
    """Return the id of the event that its publisher calls ``given``: always the same one."""
    return EventId("evt_" + _base32(int.from_bytes(_digest(_RANDOM_BYTES, "event", tenant, topic, given), "big"), 16))


def published_event_id(run: RunId, path: str, index: int, topic: str, key: str | None, body: bytes) -> EventId:
    """Return the id of the ``index``-th event that ``run`` publishes at step ``path``: the same content is the same
    event, however often the step is done."""
    place = ("published", run, path, str(index), topic, "" if key is None else f"={key}", digest(body))
    return EventId("evt_" + _base32(int.from_bytes(_digest(_RANDOM_BYTES, *place), "big"), 16))


def idempotency_key(tenant: str, run: RunId, path: str, arguments_digest: str, family: int) -> str:
    """Return the key under which an effect is sent: stable over retries and restarts (DESIGN, decision 6).

    ``family`` counts definite failures: only such a failure, or other arguments, open a new key.
    """
    return "hf_" + _digest(16, tenant, run, path, arguments_digest, str(family)).hex()


def digest(*pieces: bytes) -> str:
    """Return a 128-bit hexadecimal digest of ``pieces``, each bounded by its length so that none can pose as two."""
    bounded = b""
    for piece in pieces:
        bounded += len(piece).to_bytes(8, "big") + piece
    return hashlib.blake2b(bounded, digest_size=16).hexdigest()


def _digest(size: int, *pieces: str) -> bytes:
    return bytes.fromhex(digest(*[piece.encode("utf-8", "surrogatepass") for piece in pieces]))[:size]


def _sortable(now: float, tail: bytes) -> str:
    milliseconds = int(now * 1000) & ((1 << _TIME_BITS) - 1)
    return _base32(milliseconds, 10) + _base32(int.from_bytes(tail, "big"), 16)


def _base32(number: int, length: int) -> str:
    """Return the last ``length`` digits of ``number``, an even count of them: two at a time, for each run has 26."""
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(5 * length - 10, -1, -10)])
