"""What the desk changes in the shop: returns and refunds, each once for its key, whatever happens in between."""

import sqlite3
from datetime import UTC, datetime
from decimal import Decimal

from holdfast.apps.support.shop.records import Line, Order, RefundMade, ReturnMade
from holdfast.apps.support.shop.shop import Shop, money
from holdfast.integration.tools.contract import ToolFailure

NOT_YOURS = "the customer has no such order"
DECIDED_ABOVE = Decimal(1000)
"""Refunds above it are decided by a person (policies/desk.cedar): no order's smaller ones may add up to more."""
CANCELLABLE = ("paid", "cancelled")


def register_return(shop: Shop, order_id: str, line: int, quantity: int, reason: str, key: str) -> ReturnMade:
    """Register a return, or find the one that was registered under ``key``. Raises ToolFailure if none may be."""
    with shop.writing() as writes:
        known = writes.execute("SELECT * FROM returns WHERE key = ?", (key,)).fetchone()
        order = _order(shop, writes, order_id)
        item = next((each for each in order.lines if each.line == line), None)
        if item is None:
            lines = ", ".join(f"{each.line} ({each.colour} {each.name})" for each in order.lines)
            raise ToolFailure(f"order {order_id} has no line {line}", hint=f"its lines are {lines}")
        if known is None:
            _check_return(order, item, quantity)
            made = writes.execute(
                "INSERT INTO returns (key, order_id, line, quantity, reason, status, created_at) "
                "VALUES (?, ?, ?, ?, ?, 'registered', ?) RETURNING *",
                (key, order_id, line, quantity, reason, _now()),
            ).fetchone()
        else:
            made = known
    return _return(made, item)


def cancel_return(shop: Shop, return_id: int) -> ReturnMade:
    """Cancel a return; one that is cancelled stays so. Raises ToolFailure for what the customer has not returned."""
    with shop.writing() as writes:
        made = writes.execute("SELECT * FROM returns WHERE id = ?", (return_id,)).fetchone()
        order = None if made is None else shop.order_in(writes, made["order_id"])
        if made is None or order is None:
            raise ToolFailure(f"the customer has no return {return_id}")
        writes.execute("UPDATE returns SET status = 'cancelled' WHERE id = ?", (return_id,))
        made = writes.execute("SELECT * FROM returns WHERE id = ?", (return_id,)).fetchone()
    return _return(made, next(each for each in order.lines if each.line == made["line"]))


def pay_refund(shop: Shop, order_id: str, amount: Decimal, reason: str, key: str) -> RefundMade:
    """Pay an amount back, or find what was paid under ``key``; never more than ``refundable``. Raises ToolFailure."""
    with shop.writing() as writes:
        made = writes.execute("SELECT * FROM refunds WHERE key = ?", (key,)).fetchone()
        if made is None:
            order = _order(shop, writes, order_id)
            if amount > (most := refundable(order, amount)):
                raise ToolFailure(
                    f"expected at most {most} for order {order_id}, found {amount}",
                    hint=f"{order.paid} was paid, {order.refunded} of it is refunded already",
                )
            row = (key, order_id, int(amount * 100), reason, _now())
            made = writes.execute(
                "INSERT INTO refunds (key, order_id, amount_cents, reason, created_at) VALUES (?, ?, ?, ?, ?) "
                "RETURNING *",
                row,
            ).fetchone()
        order = _order(shop, writes, order_id)
    return RefundMade(made["id"], order_id, money(made["amount_cents"]), order.refunded, order.paid)


def refundable(order: Order, amount: Decimal) -> Decimal:
    """Return the most that may go back at once: what is left of the payment, of a large sum no small part."""
    left = order.paid - order.refunded
    if not order.refunded or amount > DECIDED_ABOVE:
        return left
    return min(left, max(DECIDED_ABOVE - order.refunded, Decimal(0)))


def cancel_order(shop: Shop, order_id: str) -> Order:
    """Cancel an order that is not shipped yet; one that is cancelled stays so. Raises ToolFailure for any other."""
    with shop.writing() as writes:
        order = _order(shop, writes, order_id)
        if order.status not in CANCELLABLE:
            raise ToolFailure(
                f"order {order_id} is {order.status}: only what is not shipped yet can be cancelled",
                hint="it can be returned once it has arrived",
            )
        writes.execute("UPDATE orders SET status = 'cancelled' WHERE id = ?", (order_id,))
        return _order(shop, writes, order_id)


def refund_paid(shop: Shop, key: str) -> RefundMade | None:
    """Return what was paid back under ``key``, None if nothing was."""
    with shop.reading() as reads:
        made = reads.execute("SELECT * FROM refunds WHERE key = ?", (key,)).fetchone()
        if made is None:
            return None
        order = _order(shop, reads, made["order_id"])
    return RefundMade(made["id"], order.order_id, money(made["amount_cents"]), order.refunded, order.paid)


def _check_return(order: Order, item: Line, quantity: int) -> None:
    left = item.quantity - item.returned
    if quantity > left:
        raise ToolFailure(f"expected a quantity of at most {left}, found {quantity}")
    if not item.can_be_returned:
        why = (
            f"order {order.order_id} is {order.status}, not delivered"
            if order.delivered_on is None
            else f"it could be returned until {item.return_until}"
            if item.return_until
            else "such items cannot be returned"
        )
        raise ToolFailure(f"line {item.line} ({item.colour} {item.name}) cannot be returned: {why}")


def _order(shop: Shop, connection: sqlite3.Connection, order_id: str) -> Order:
    order = shop.order_in(connection, order_id)
    if order is None:
        raise ToolFailure(f"{NOT_YOURS}: {order_id}", hint="list_orders says which orders there are")
    return order


def _return(made: sqlite3.Row, item: Line) -> ReturnMade:
    return ReturnMade(
        return_id=made["id"],
        order_id=made["order_id"],
        line=made["line"],
        item=f"{item.colour} {item.name}",
        quantity=made["quantity"],
        worth=item.price * made["quantity"],
        status=made["status"],
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
