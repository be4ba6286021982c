"""Which order a request means, and which of its lines."""

from collections.abc import Mapping

from holdfast.apps.support.offline.heard import Heard
from holdfast.apps.support.offline.sorting import ABOUT
from holdfast.apps.support.offline.words import ORDER_ID, alike, order_ids, telling, words

LATEST = frozenset(("last", "latest", "newest", "recent"))
EVERYTHING = frozenset(("everything", "all", "whole", "entire", "both"))
MATTERS = frozenset(word for known in ABOUT.values() for word in known) | {"money", "item", "send", "sent", "bring"}

Record = Mapping[str, object]


def chosen_order(heard: Heard, orders: list[dict[str, object]]) -> str | None:
    """Return the number of the order that is meant; None if that cannot be said."""
    for text in (heard.request, heard.message):
        if named := order_ids(text):
            return named[0]
    if not orders:
        return None
    for text in (heard.request, heard.message):
        wanted = telling(text, MATTERS)
        fits = [(alike(wanted, str(order["holds"])), order) for order in orders]
        best = max(found for found, _ in fits)
        if LATEST & set(words(text)) or len(orders) == 1:
            return str(orders[0]["order_id"])
        if best:
            return str(next(order for found, order in fits if found == best)["order_id"])
    return None


def chosen_lines(heard: Heard, order: Record) -> list[Record]:
    """Return the lines of an order that are meant; none if that cannot be said."""
    lines = lines_of(order)
    wanted = telling(ORDER_ID.sub("", heard.request), MATTERS)
    fits = [(alike(wanted, named(line)), line) for line in lines]
    best = max((found for found, _ in fits), default=0)
    meant = [line for found, line in fits if found == best and best]
    if len(meant) == 1:
        return meant
    is_only = len(lines) == 1 and not [word for word in wanted if word not in LATEST]
    return lines if is_only or EVERYTHING & set(words(heard.request)) else []


def lines_of(order: Record) -> list[Record]:
    """Return the lines of an order."""
    found = order.get("lines")
    return [line for line in found if isinstance(line, dict)] if isinstance(found, list) else []


def named(line: Record) -> str:
    """Return what a line holds, in words."""
    return f"{line['colour']} {line['name']}"
