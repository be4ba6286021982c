"""Events to bytes and back: MessagePack by msgspec, tagged, readable for as long as the tags live."""

from collections.abc import Callable

import msgspec

from holdfast.journal.events import Event
from holdfast.kernel.errors import UnknownEvent

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


encode: Callable[[Event], bytes] = _encoder.encode
"""Return the journal's bytes for an event. Not a function around it: it is called for each."""


def decode(body: bytes) -> Event:
    """Return the event in ``body``. Raises UnknownEvent, naming the tag, for what this version does not know."""
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError as error:  # a ValidationError is one too
        raise UnknownEvent(_complaint(body, error)) from error


def _complaint(body: bytes, error: msgspec.DecodeError) -> str:
    try:
        whole = msgspec.msgpack.decode(body)
    except msgspec.DecodeError:
        return f"expected a MessagePack event, found {body[:16].hex()}… ({error}): the journal is damaged"
    tag = whole.get("event") if isinstance(whole, dict) else type(whole).__name__
    return (
        f"expected an event this version knows, found {tag!r} ({error}): "
        "run a Holdfast at least as new as the one that wrote it"
    )
