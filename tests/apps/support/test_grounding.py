"""What an answer states is held against what was looked up: by value for numbers, by letter for the rest."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.support.grounding import unsupported

LOOKED_UP = ['{"order_id":"A-5001","paid":"107.00","sku":"SH-OX-BLU","delivered_on":"2026-11-14","quantity":2}']


def test_what_was_looked_up_may_be_said() -> None:
    assert unsupported("Order A-5001 (SH-OX-BLU) came on 2026-11-14; you paid 107.00 for 2.", LOOKED_UP) == []


def test_the_same_number_may_be_written_otherwise() -> None:
    assert unsupported("You paid 107.", LOOKED_UP) == []
    assert unsupported("It was 1,058.00.", ["1058"]) == []


def test_what_was_not_looked_up_is_found() -> None:
    stated = "Order A-5002 came on 2026-11-15; you get 108.00 back, and SH-OX-GRN as well."
    assert unsupported(stated, LOOKED_UP) == ["A-5002", "SH-OX-GRN", "2026-11-15", "108.00"]


def test_the_number_of_an_order_supports_no_amount() -> None:
    assert unsupported("You get 5001 back.", LOOKED_UP) == ["5001"]


def test_numbers_of_a_list_state_nothing() -> None:
    assert unsupported("1. the shirt\n2) the tent\n", []) == []


@given(st.integers(0, 10**6), st.integers(0, 99))
def test_an_amount_is_supported_by_itself_and_by_no_other(whole: int, cents: int) -> None:
    amount = f"{whole}.{cents:02}"
    assert unsupported(f"It costs {amount}.", [f'"price":"{amount}"']) == []
    assert unsupported(f"It costs {amount}.", [f'"price":"{whole + 1}.{cents:02}"']) == [amount]
