"""Answers where an order is, and cancels one."""

import re
from collections.abc import Mapping

from holdfast.apps.support.offline.choosing import chosen_order, lines_of, named
from holdfast.apps.support.offline.heard import Came, Heard, call, say
from holdfast.apps.support.offline.words import words
from holdfast.integration.gateway.offline import Answer

_MANY = re.compile(r"\b(my|all|which|list|what)\b.{0,20}\borders\b")
_MESSAGE = re.compile(r"^message: (.*)$", re.MULTILINE)


def see_to_order(heard: Heard) -> Answer:
    """Look the order up, cancel it if that is asked, and say how it stands."""
    listed = heard.of("list_orders")
    if not listed:
        return call("list_orders")
    orders = listed[-1].records
    if _MANY.search(heard.request.lower()):
        return say("Your orders are:\n" + listing(orders) if orders else "I can find no order of yours.")
    number = chosen_order(heard, orders)
    if number is None:
        return say(f"Which order do you mean? Yours are:\n{listing(orders)}" if orders else "I find no order of yours.")
    if "cancel" in words(heard.request):
        if not heard.of("cancel_order"):
            return call("cancel_order", order_id=number)
        came = heard.of("cancel_order")[-1]
        return say(why_not(f"cancel order {number}", came) if came.is_error else f"Order {number} is cancelled.")
    if not heard.of("get_order"):
        return call("get_order", order_id=number)
    came = heard.of("get_order")[-1]
    return say(f"I can find no order {number} of yours." if came.is_error else _standing(came.records[0]))


def listing(orders: list[dict[str, object]]) -> str:
    """Return the orders, a line each."""
    told = (f"- {each['order_id']} of {each['placed_on']}, {each['status']}: {each['holds']}" for each in orders)
    return "\n".join(told)


def why_not(what: str, came: Came) -> str:
    """Return why something could not be done, in the words of the tool."""
    told = _MESSAGE.search(str(came.value))
    return f"I could not {what}: {told[1] if told else str(came.value).splitlines()[0]}"


def _standing(order: Mapping[str, object]) -> str:
    holds = ", ".join(f"{line['quantity']} {named(line)}" for line in lines_of(order))
    told = f"Order {order['order_id']} of {order['placed_on']} ({holds}) is {order['status']}"
    if order.get("delivered_on"):
        told += f"; it was delivered on {order['delivered_on']}"
    if order.get("tracking"):
        told += f". Its tracking number is {order['tracking']}"
    return f"{told}."
