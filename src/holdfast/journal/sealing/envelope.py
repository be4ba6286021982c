"""The bytes of a sealed body: a mark, what kind it is, and for a sealed one its key's id, its nonce, its ciphertext.

The mark begins with a byte that no UTF-8 text and no MessagePack has, so what lies in the clear needs no mark of its
own; a body that begins with the mark all the same is escaped. So each body says by itself how it is to be read.
"""

from typing import NamedTuple

from holdfast.kernel.errors import JournalError

MARK = b"\xc1hf"
_CLEAR, _SEALED, _ERASED = b"\x00", b"\x01", b"\x02"
_ESCAPED, _ENCLOSED = MARK + _CLEAR, MARK + _SEALED
KEY_ID_BYTES = 16
NONCE_BYTES = 12
_HEAD_BYTES = len(_ENCLOSED)
_NONCE_AT = _HEAD_BYTES + KEY_ID_BYTES
_CIPHERTEXT_AT = _NONCE_AT + NONCE_BYTES

ERASED = MARK + _ERASED
"""Stands in the place of what was erased."""


class Enclosed(NamedTuple):
    """A sealed body, taken apart."""

    key_id: str
    nonce: bytes
    ciphertext: bytes


def escaped(body: bytes) -> bytes:
    """Return the bytes that stand for ``body`` in the clear: nearly always itself."""
    return _ESCAPED + body if body.startswith(MARK) else body


def unescaped(body: bytes) -> bytes:
    """Return the body in the clear that ``body``, which is not sealed, stands for."""
    return body.removeprefix(_ESCAPED)


def is_sealed(body: bytes) -> bool:
    """Whether ``body`` is sealed, or erased."""
    return body.startswith(MARK) and not body.startswith(_ESCAPED)


def is_sealed_under(key_id: str, body: bytes) -> bool:
    """Whether ``body`` is sealed under the key of this id."""
    return body.startswith(_ENCLOSED + bytes.fromhex(key_id))


def enclose(key_id: str, nonce: bytes, ciphertext: bytes) -> bytes:
    """Return the bytes of a sealed body."""
    return b"".join((_ENCLOSED, bytes.fromhex(key_id), nonce, ciphertext))


def disclose(body: bytes) -> Enclosed | None:
    """Take a sealed body apart; None if it was erased. Raises JournalError for one of a kind not known here."""
    if body == ERASED:
        return None
    if not body.startswith(_ENCLOSED) or len(body) < _CIPHERTEXT_AT:
        raise JournalError(f"expected a sealed body, found {body[:8]!r}: use a newer Holdfast")
    return Enclosed(body[_HEAD_BYTES:_NONCE_AT].hex(), body[_NONCE_AT:_CIPHERTEXT_AT], body[_CIPHERTEXT_AT:])
