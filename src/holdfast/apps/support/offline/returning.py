"""Sees to returns and refunds: finds the item, registers the return, pays back if that is asked."""

import re
from decimal import Decimal

from holdfast.apps.support.offline.choosing import Record, chosen_lines, chosen_order, lines_of, named
from holdfast.apps.support.offline.heard import Heard, call, say
from holdfast.apps.support.offline.ordering import listing, why_not
from holdfast.apps.support.offline.words import amount_of, figures, words
from holdfast.integration.gateway.offline import Answer

_MONEY = re.compile(r"\bmoney back\b|\brefund|\breimburse|\bdamaged|\bbroken|\bfaulty|\bdefective|\btorn|\bripped")
_BACK = re.compile(r"\breturn|\b(send|give|bring)\b.{0,40}\bback\b")


def see_to_return(heard: Heard) -> Answer:
    """Find what is meant, do what is asked, and say what was done."""
    if not heard.of("list_orders"):
        return call("list_orders")
    orders = heard.of("list_orders")[-1].records
    number = chosen_order(heard, orders)
    if number is None:
        return say(f"Which order is it about? Yours are:\n{listing(orders)}" if orders else "I find no order of yours.")
    if not heard.of("get_order"):
        return call("get_order", order_id=number)
    came = heard.of("get_order")[-1]
    if came.is_error:
        return say(f"I can find no order {number} of yours. Yours are:\n{listing(orders)}")
    order = came.records[0]
    lines = chosen_lines(heard, order)
    if not lines:
        held = ", ".join(named(line) for line in lines_of(order))
        return say(f"Which item of order {number} do you mean? It holds: {held}.")
    if (figure := _named_figure(heard)) and amount_of(figure) is None:
        return say(f"I am not sure which amount you mean by {figure}: how much is it, with a point before the cents?")
    return _next_call(heard, number, lines) or say(_told(heard, order, lines))


def _next_call(heard: Heard, number: str, lines: list[Record]) -> Answer | None:
    reason = " ".join(heard.request.split())[:300]
    if _wants_return(heard):
        for line in lines:
            if line["can_be_returned"] and not heard.has_called("register_return", line=line["line"]):
                return call(
                    "register_return",
                    order_id=number,
                    line=line["line"],
                    quantity=_quantity(heard, line),
                    reason=reason,
                )
    if _wants_money(heard) and not heard.of("refund") and (amount := _amount(heard, lines)):
        return call("refund", order_id=number, amount=str(amount), reason=reason)
    return None


def _told(heard: Heard, order: Record, lines: list[Record]) -> str:
    number = order["order_id"]
    told = list[str]()
    for came in heard.of("register_return"):
        if came.is_error:
            told.append(why_not("register the return", came) + ".")
        else:
            made = came.records[0]
            told.append(
                f"The return of your {made['item']} from order {number} is registered as return {made['return_id']}. "
                "You will get a label by e-mail."
            )
    if _wants_return(heard):
        told += [_why_no_return(order, line) for line in lines if not line["can_be_returned"]]
    for came in heard.of("refund"):
        if came.is_error:
            told.append(why_not("pay the refund", came) + ".")
        elif came.records:
            told.append(f"{came.records[0]['amount']} of order {number} goes back to you.")
    return " ".join(told) or f"There is nothing of order {number} that I can take back or refund."


def _why_no_return(order: Record, line: Record) -> str:
    if not order["delivered_on"]:
        return f"The {named(line)} cannot be returned yet: order {order['order_id']} is {order['status']}."
    if line["returned"] == line["quantity"]:
        return f"The {named(line)} is returned already."
    if not line["return_until"]:
        return f"The {named(line)} cannot be returned."
    return f"The {named(line)} cannot be returned: that was possible until {line['return_until']}."


def _wants_money(heard: Heard) -> bool:
    return _MONEY.search(heard.request.lower()) is not None


def _wants_return(heard: Heard) -> bool:
    return _BACK.search(heard.request.lower()) is not None or not _wants_money(heard)


def _quantity(heard: Heard, line: Record) -> int:
    """Return how many: one if that is what is said, else all that are left."""
    left = int(str(line["quantity"])) - int(str(line["returned"]))
    return 1 if {"one", "a"} & set(words(heard.request)[:4]) and left > 1 else left


def _amount(heard: Heard, lines: list[Record]) -> Decimal:
    """Return the amount that is named, else what was paid for the items that may go back, or arrived damaged."""
    if (figure := _named_figure(heard)) is not None:
        return amount_of(figure) or Decimal(0)
    is_damaged = _wants_money(heard) and not re.search(r"\bmoney back\b|\brefund|\breimburse", heard.request.lower())
    due = [line for line in lines if line["can_be_returned"] or is_damaged]
    return sum((Decimal(str(line["paid"])) for line in due), Decimal(0))


def _named_figure(heard: Heard) -> str | None:
    """Return the amount that a refund is to be of, as it is written; None if none is named."""
    return next(iter(figures(heard.request)), None) if re.search(r"\brefund", heard.request.lower()) else None
