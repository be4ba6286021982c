"""The shop: one customer's orders alone, returns within their days, never more money back than was paid."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.support.shop.changing import cancel_order, cancel_return, pay_refund, refund_paid, register_return
from holdfast.apps.support.shop.founding import found
from holdfast.apps.support.shop.shop import Shop
from holdfast.integration.tools.contract import ToolFailure
from holdfast.kernel.errors import InputError
from tests.apps.support.desk import ADA, BRUNO, CHIDI, DANA, today


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found(tmp_path / "shop.db", today())
    return tmp_path / "shop.db"


def shop_of(path: Path, customer: str, days_later: int = 0) -> Shop:
    return Shop(path, customer, today() + timedelta(days=days_later))


def test_a_shop_is_founded_once_and_never_over_another_file(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(InputError, match="expected no file yet"):
        found(path, today())
    assert path.read_bytes() == before
    with pytest.raises(InputError, match="expected a folder"):
        found(path.parent / "nowhere" / "shop.db", today())


def test_a_customer_sees_no_order_of_another(path: Path) -> None:
    of_ada = {order.order_id for order in shop_of(path, ADA).orders()}
    of_bruno = {order.order_id for order in shop_of(path, BRUNO).orders()}
    assert of_ada
    assert of_bruno
    assert not of_ada & of_bruno
    assert all(shop_of(path, ADA).order(number) is None for number in of_bruno)


def test_a_customer_changes_no_order_of_another(path: Path) -> None:
    with pytest.raises(ToolFailure, match="no such order"):
        register_return(shop_of(path, ADA), "A-5014", 1, 1, "not mine", "k")
    with pytest.raises(ToolFailure, match="no such order"):
        pay_refund(shop_of(path, ADA), "A-5014", Decimal(1), "not mine", "k")
    with pytest.raises(ToolFailure, match="no such order"):
        cancel_order(shop_of(path, ADA), "A-5030")
    made = register_return(shop_of(path, BRUNO), "A-5014", 1, 1, "too big", "k2")
    with pytest.raises(ToolFailure, match="no return"):
        cancel_return(shop_of(path, ADA), made.return_id)


def test_orders_come_newest_first(path: Path) -> None:
    days = [order.placed_on for order in shop_of(path, ADA).orders()]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(("days_later", "may"), [(0, True), (24, True), (25, False)])
def test_an_item_can_be_returned_for_thirty_days_from_its_delivery(path: Path, days_later: int, may: bool) -> None:
    order = shop_of(path, ADA, days_later).order("A-5001")  # delivered six days before the founding
    assert order is not None
    assert order.lines[0].can_be_returned is may


def test_what_cannot_be_returned_says_why(path: Path) -> None:
    with pytest.raises(ToolFailure, match="could be returned until"):
        register_return(shop_of(path, ADA), "A-4807", 1, 1, "too late", "k")
    with pytest.raises(ToolFailure, match="such items cannot be returned"):
        register_return(shop_of(path, DANA), "A-4977", 2, 1, "a gift card", "k")
    with pytest.raises(ToolFailure, match="not delivered"):
        register_return(shop_of(path, CHIDI), "A-5030", 1, 1, "too early", "k")
    with pytest.raises(ToolFailure, match="at most 1"):
        register_return(shop_of(path, ADA), "A-5001", 1, 2, "too many", "k")


def test_the_same_key_twice_is_one_return_and_one_refund(path: Path) -> None:
    shop = shop_of(path, ADA)
    assert register_return(shop, "A-5001", 1, 1, "small", "k") == register_return(shop, "A-5001", 1, 1, "small", "k")
    once = pay_refund(shop, "A-5001", Decimal("59.00"), "small", "k")
    assert pay_refund(shop, "A-5001", Decimal("59.00"), "small", "k") == once
    assert once.refunded_in_all == Decimal("59.00")
    assert refund_paid(shop, "k") == once
    assert refund_paid(shop, "another") is None


def test_a_cancelled_return_frees_the_item_and_stays_cancelled(path: Path) -> None:
    shop = shop_of(path, ADA)
    made = register_return(shop, "A-5001", 1, 1, "small", "k")
    assert cancel_return(shop, made.return_id).status == "cancelled"
    assert cancel_return(shop, made.return_id).status == "cancelled"
    assert register_return(shop, "A-5001", 1, 1, "after all", "k2").return_id != made.return_id


@given(st.lists(st.decimals(min_value="0.01", max_value="120", places=2), max_size=8))
def test_never_more_goes_back_than_was_paid(tmp_path_factory: pytest.TempPathFactory, amounts: list[Decimal]) -> None:
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    found(path, today())
    shop, paid_back = shop_of(path, ADA), Decimal(0)
    for number, amount in enumerate(amounts):
        try:
            paid_back += pay_refund(shop, "A-5001", amount, "a reason", f"key-{number}").amount
        except ToolFailure:
            assert paid_back + amount > Decimal("107.00")
    order = shop.order("A-5001")
    assert order is not None
    assert order.refunded == paid_back <= order.paid == Decimal("107.00")


def test_small_refunds_of_an_order_never_add_up_to_one_that_a_person_decides(path: Path) -> None:
    shop = shop_of(path, DANA)
    pay_refund(shop, "A-5008", Decimal(600), "a tent", "k1")
    with pytest.raises(ToolFailure, match=r"at most 400\.00"):
        pay_refund(shop, "A-5008", Decimal("400.01"), "the other tent", "k2")
    assert pay_refund(shop, "A-5008", Decimal(400), "the other tent", "k3").refunded_in_all == Decimal(1000)


def test_only_what_is_not_shipped_can_be_cancelled(path: Path) -> None:
    assert cancel_order(shop_of(path, CHIDI), "A-5030").status == "cancelled"
    assert cancel_order(shop_of(path, CHIDI), "A-5030").status == "cancelled"
    with pytest.raises(ToolFailure, match="is shipped"):
        cancel_order(shop_of(path, BRUNO), "A-5022")


def test_words_find_products_whatever_their_endings_and_signs(path: Path) -> None:
    shop = shop_of(path, ADA)
    assert {product.name for product in shop.products("tents", None, None)} == {"Trekking tent", "Family tent"}
    assert next(product.sku for product in shop.products("oxford shirts", "GREEN", None)) == "SH-OX-GRN"
    assert all(product.price <= 60 for product in shop.products("shirt", None, Decimal(60)))
    assert shop.products('" OR * NEAR(', None, None) == []


def test_the_policy_that_fits_comes_first(path: Path) -> None:
    assert shop_of(path, ADA).policies("how long is the warranty")[0].policy == "warranty"
    assert shop_of(path, ADA).policies("express shipping to Norway")[0].policy == "shipping"


@pytest.mark.parametrize("content", [b"", b"no database at all, only some text that is long enough"])
def test_a_file_that_is_no_shop_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.db").write_bytes(content)
    with pytest.raises(InputError, match="expected a shop"):
        shop_of(tmp_path / "x.db", ADA).check()
    with pytest.raises(InputError, match="holdfast init support"):
        shop_of(tmp_path / "none.db", ADA).check()


def test_an_unknown_customer_is_told_with_those_there_are(path: Path) -> None:
    with pytest.raises(InputError, match="c-1001, c-1002"):
        shop_of(path, "c-9").check()
