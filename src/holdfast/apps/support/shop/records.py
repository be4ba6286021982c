"""What the shop tells of its orders, products and policies: plain values, money as decimals."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class OrderInBrief:
    """One order in a list of them."""

    order_id: str
    placed_on: str
    status: str
    holds: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order. ``price`` is of one piece, ``paid`` of all of them."""

    line: int
    sku: str
    name: str
    colour: str
    quantity: int
    price: Decimal
    paid: Decimal
    returned: int
    return_until: str | None
    can_be_returned: bool


@dataclass(frozen=True, slots=True)
class Order:
    """One order, whole."""

    order_id: str
    placed_on: str
    status: str
    delivered_on: str | None
    tracking: str | None
    lines: tuple[Line, ...]
    paid: Decimal
    refunded: Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """One product of the catalogue."""

    sku: str
    name: str
    kind: str
    colour: str
    price: Decimal
    in_stock: int
    description: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What the shop says of one matter."""

    policy: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ReturnMade:
    """A return that the shop has taken note of."""

    return_id: int
    order_id: str
    line: int
    item: str
    quantity: int
    worth: Decimal
    status: str


@dataclass(frozen=True, slots=True)
class RefundMade:
    """Money that goes back to the customer."""

    refund_id: int
    order_id: str
    amount: Decimal
    refunded_in_all: Decimal
    paid: Decimal
