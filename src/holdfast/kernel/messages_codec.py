"""Messages to bytes and back: MessagePack by msgspec, as they lie in a run's payloads."""

from collections.abc import Callable

import msgspec

from holdfast.kernel.errors import JournalError
from holdfast.kernel.messages import Message

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)


encode_message: Callable[[Message], bytes] = _encoder.encode
"""Return the bytes under which a message is kept: equal messages give equal bytes."""


def decode_message(body: bytes) -> Message:
    """Return the message in ``body``. Raises JournalError for anything else."""
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise JournalError(
            f"expected a message, found {body[:16].hex()}… ({error}): the payload is of another kind, or damaged"
        ) from error
