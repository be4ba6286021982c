"""What keeps replies promises, and by what they are kept: tenant, model and everything that the model sees."""

from typing import Protocol

import msgspec

from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.gateway.pricing.price import FREE
from holdfast.integration.gateway.request import digest_of
from holdfast.kernel.ids import digest
from holdfast.kernel.messages import Reply, StopReason, Usage
from holdfast.kernel.ways import Way

REPLIES_MAX = 10_000
"""How many replies are kept; beyond that the oldest go first."""
REPLY_BYTES_MAX = 256 * 1024
"""A longer reply is not kept."""
WHOLE = frozenset({StopReason.END_TURN, StopReason.TOOL_USE, StopReason.STOP_SEQUENCE})
"""Why a model stopped whose reply is worth keeping."""


class KeptReplies(Protocol):
    """Keeps replies for a while. It never raises: what cannot be kept or found is asked again."""

    async def get(self, key: str) -> bytes | None:
        """Return what is kept under ``key``."""

    async def keep(self, key: str, reply: bytes, until: float) -> None:
        """Keep ``reply`` up to the instant ``until``, at most."""


def key_of(scope: str, tenant: str, model: str, request: ModelRequest) -> str:
    """Return the key of a request: no two tenants, and no two ways to ask, ever share one."""
    return digest(scope.encode(), tenant.encode(), model.encode(), digest_of(request).encode())


def packed(reply: Reply) -> bytes | None:
    """Return a reply as it is kept, None for one that is not."""
    if reply.stop not in WHOLE:
        return None
    body = msgspec.msgpack.encode(reply)
    return body if len(body) <= REPLY_BYTES_MAX else None


def unpacked(body: bytes) -> Reply | None:
    """Return a reply that was kept, as one that cost nothing; None if it cannot be read any more."""
    try:
        reply = msgspec.msgpack.decode(body, type=Reply)
    except msgspec.MsgspecError:
        return None
    way = reply.way or Way()
    kept = Way(way.account, way.place, is_cached=True)
    return msgspec.structs.replace(reply, usage=Usage(cost_usd=0.0), prices=FREE.source, way=kept)
