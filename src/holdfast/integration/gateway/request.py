"""What identifies a request: everything the model sees of it, digested piece by piece.

A request digest is made of its messages' digests, the offer's and the length allowed, so that an agent's next request
costs one message digest for each *new* message and a few microseconds for the rest. Digests are of content and carry no
tenant's key: a transcript made in one place can be replayed in another.
"""

from collections.abc import Iterable

import msgspec

from holdfast.integration.gateway.port import ModelRequest, Offer
from holdfast.kernel.ids import digest
from holdfast.kernel.messages import Message

_pack = msgspec.msgpack.Encoder(order="deterministic")


def message_digest(message: Message) -> str:
    """Return the digest of what the model sees of a message: who speaks and the parts, not their provenance."""
    return digest(_pack.encode((message.role, message.parts)))


def offer_digest(offer: Offer) -> str:
    """Return the digest of the tools and the output schema; the order of their keys does not count."""
    return digest(_pack.encode(offer))


def request_digest(messages: Iterable[str], offer: str, output_tokens_max: int) -> str:
    """Return the digest of a request from the digests of its messages, in order, and of its offer."""
    return digest(offer.encode(), str(output_tokens_max).encode(), "".join(messages).encode())


def digest_of(request: ModelRequest) -> str:
    """Return the digest of a whole request: what ``request_digest`` gives for its pieces."""
    return request_digest(map(message_digest, request.messages), offer_digest(request.offer), request.output_tokens_max)
