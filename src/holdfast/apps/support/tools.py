"""The tools of the desk's agents: each does one narrow thing, for the customer of the run and for nobody else."""

from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from holdfast.apps.support.shop import changing
from holdfast.apps.support.shop.records import RefundMade, ReturnMade
from holdfast.apps.support.shop.shop import Shop
from holdfast.integration.tools.contract import IdempotencyKey, Provided, ToolFailure, tool
from holdfast.kernel.effects import Effect
from holdfast.tools import Complete, Missing, Objection

OrderId = Annotated[str, Field(pattern=r"^[A-Z]-\d{3,8}$", description="An order's number, such as A-5001.")]
Words = Annotated[str, Field(min_length=2, max_length=200, description="A few plain words to search for.")]
Amount = Annotated[Decimal, Field(gt=0, le=100_000, decimal_places=2, description="An amount of money.")]
Reason = Annotated[str, Field(min_length=3, max_length=500, description="Why, in the customer's words.")]

_OWN_ORDER = "an order of the customer's own"


@tool(effect=Effect.READ)
def list_orders(*, shop: Provided[Shop]) -> list[dict[str, Any]]:
    """List the customer's orders, the newest first: number, day, status, and what they hold."""
    return [asdict(order) for order in shop.orders()]


@tool(effect=Effect.READ)
def get_order(order_id: OrderId, *, shop: Provided[Shop]) -> dict[str, Any]:
    """Look an order up: its status and tracking number, its lines with what was paid, and what can be returned."""
    order = shop.order(order_id)
    if order is None:
        raise ToolFailure(f"{changing.NOT_YOURS}: {order_id}", hint="list_orders says which orders there are")
    return asdict(order)


@tool(effect=Effect.READ)
def search_catalogue(
    words: Words, colour: str | None = None, price_max: Amount | None = None, *, shop: Provided[Shop]
) -> list[dict[str, Any]]:
    """Search the catalogue: what is in stock first, then what fits the words best."""
    return [asdict(product) for product in shop.products(words, colour, price_max)]


@tool(effect=Effect.READ)
def search_policies(words: Words, *, shop: Provided[Shop]) -> list[dict[str, Any]]:
    """Search what the shop promises: returns, refunds, shipping, warranty, damaged items, cancelling, data."""
    return [asdict(policy) for policy in shop.policies(words)]


@tool(effect=Effect.KEYED)
def cancel_return(return_id: int, *, key: IdempotencyKey, shop: Provided[Shop]) -> ReturnMade:
    """Cancel a return that was registered."""
    return changing.cancel_return(shop, return_id)


@tool(effect=Effect.KEYED, undo=cancel_return, resource="order:{order_id}")
def register_return(
    order_id: OrderId,
    line: Annotated[int, Field(ge=1, description="The line of the order, as get_order numbers it.")],
    quantity: Annotated[int, Field(ge=1, le=100)],
    reason: Reason,
    *,
    key: IdempotencyKey,
    shop: Provided[Shop],
) -> ReturnMade:
    """Register the return of an item; the customer gets a label by e-mail. Pays nothing back by itself."""
    return changing.register_return(shop, order_id, line, quantity, reason, key)


def _is_due(order_id: str, amount: Decimal, *, shop: Provided[Shop]) -> Objection | None:
    """Object to what no person is to be asked about: more than is left, or what was refunded before in small parts."""
    order = shop.order(order_id)
    if order is None:
        return Objection(_OWN_ORDER, order_id, parameter="order_id")
    if amount <= (most := changing.refundable(order, amount)):
        return None
    return Objection(
        f"at most {most}: {order.paid} was paid, {order.refunded} of it is refunded, "
        f"and of more than {changing.DECIDED_ABOVE} a colleague decides",
        str(amount),
        parameter="amount",
    )


def _paid_back(order_id: str, amount: Decimal, *, shop: Provided[Shop]) -> str:
    return f"{amount} of order {order_id} go back to customer {shop.customer}"


def _is_paid(amount: Decimal, *, key: IdempotencyKey, shop: Provided[Shop]) -> Complete | Missing:
    made = changing.refund_paid(shop, key)
    return (
        Complete() if made is not None and made.amount == amount else Missing(f"no refund of {amount} is in the books")
    )


@tool(
    effect=Effect.KEYED,
    impact=_paid_back,
    checks=(_is_due,),
    resource="order:{order_id}",
    postcondition=_is_paid,
)
def refund(
    order_id: OrderId, amount: Amount, reason: Reason, *, key: IdempotencyKey, shop: Provided[Shop]
) -> RefundMade:
    """Pay an amount of an order back to the customer. Cannot be undone; never more in all than was paid."""
    return changing.pay_refund(shop, order_id, amount, reason, key)


def _can_be_cancelled(order_id: str, *, shop: Provided[Shop]) -> Objection | None:
    """Object before the customer is asked to confirm what cannot be done."""
    order = shop.order(order_id)
    if order is None:
        return Objection(_OWN_ORDER, order_id, parameter="order_id")
    if order.status in changing.CANCELLABLE:
        return None
    return Objection("an order that is not shipped yet", f"{order_id}, {order.status}", parameter="order_id")


@tool(
    effect=Effect.KEYED,
    impact="the order is cancelled for good",
    checks=(_can_be_cancelled,),
    resource="order:{order_id}",
)
def cancel_order(order_id: OrderId, *, key: IdempotencyKey, shop: Provided[Shop]) -> dict[str, Any]:
    """Cancel an order that is not shipped yet. Cannot be undone."""
    return asdict(changing.cancel_order(shop, order_id))
