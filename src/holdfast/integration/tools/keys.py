"""Under which key an effect is sent: one of its own, or the one under which the same was sent in the node's past. Pure.

A node that somebody has done again sends the same call of the same tool with the same arguments under the same key, so
that the other side knows it again, at whatever turn the model asks for it this time. Each key is taken once: who asks
twice means two. No other call is ever sent under a key of that past.
"""

from collections.abc import Sequence
from itertools import count

import msgspec

from holdfast.integration.tools.invocation import Order
from holdfast.journal.fold.state import Sent
from holdfast.kernel.ids import idempotency_key


class Key(msgspec.Struct, frozen=True):
    """A key, and the instant until which the other side knows it, where it was sent before and that was declared."""

    key: str
    known_until: float | None = None


def key_for(order: Order, tool: str, arguments: str, sent: Sequence[Sent] = ()) -> Key:
    """Return the key for ``order``: stable over attempts, another one after each definite failure."""
    if not sent:  # nearly always: the node has no past
        return Key(_key(order, order.key_path, arguments))
    if (same := _same(order, tool, arguments, sent)) is not None:
        if order.family == 0:
            return Key(same.before.key, same.before.key_until)
        return Key(_key(order, same.before.key, arguments))
    known = {each.before.key for each in sent}
    for again in count():  # ends, for ``known`` is finite
        key = _key(order, f"{order.key_path}/again.{again}" if again else order.key_path, arguments)
        if key not in known:
            return Key(key)
    raise AssertionError("counting does not end")


def _same(order: Order, tool: str, arguments: str, sent: Sequence[Sent]) -> Sent | None:
    """Return what was sent before of the same call: what this very effect has taken already, else what nobody has."""
    for step in (order.path, None):
        for each in sent:
            before = each.before
            if each.step == step and not before.is_void and (before.tool, before.arguments) == (tool, arguments):
                return each
    return None


def _key(order: Order, place: str, arguments: str) -> str:
    return idempotency_key(order.tenant, order.run, place, arguments, order.family)
