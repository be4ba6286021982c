"""Messages to bytes and back: MessagePack by msgspec, as they lie in a run's payloads."""

import msgspec

from holdfast.kernel.errors import JournalError
from holdfast.kernel.messages import Message

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)


def encode_message(message: Message) -> bytes:
    """Return the bytes under which ``message`` is kept: equal messages give equal bytes."""
    return _encoder.encode(message)


def decode_message(body: bytes) -> Message:
    """Return the message in ``body``. Raises JournalError for anything else."""
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise JournalError(
            f"expected a message, found {body[:16].hex()}… ({error}): the payload is of another kind, or damaged"
        ) from error
