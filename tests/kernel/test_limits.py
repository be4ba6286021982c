"""Limits are reached exactly where they stand, and say what was found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.limits import (
    Budget,
    Exceeded,
    Spend,
    calls_exceed,
    highest,
    next_turn_exceeds,
    plus,
    raised,
    unusable,
    usd_left,
)

COUNTS = st.integers(0, 10**9)


@given(st.builds(Spend, input_tokens=COUNTS, output_tokens=COUNTS, turns=COUNTS, tool_calls=COUNTS), COUNTS)
def test_no_limit_means_no_end(spend: Spend, wanted: int) -> None:
    assert next_turn_exceeds(Budget(), spend) is None
    assert calls_exceed(Budget(), spend, wanted) is None


@given(COUNTS, COUNTS)
def test_a_turn_fits_while_the_limit_is_not_reached(allowed: int, found: int) -> None:
    for budget, spend, limit in (
        (Budget(turns=allowed), Spend(turns=found), "turns"),
        (Budget(tokens=allowed), Spend(input_tokens=found // 2, output_tokens=found - found // 2), "tokens"),
        (Budget(usd=float(allowed)), Spend(usd=float(found)), "usd"),
    ):
        expected = Exceeded(limit, allowed, found) if found >= allowed else None
        assert next_turn_exceeds(budget, spend) == expected


@given(COUNTS, COUNTS, st.integers(0, 100))
def test_tool_calls_fit_up_to_the_last_one_allowed(allowed: int, made: int, wanted: int) -> None:
    exceeded = calls_exceed(Budget(tool_calls=allowed), Spend(tool_calls=made), wanted)
    assert (exceeded is None) is (made + wanted <= allowed)


@pytest.mark.parametrize(
    ("exceeded", "message"),
    [
        (Exceeded("tokens", 1_000_000, 1_234_567), "tokens limit reached: 1,234,567 of 1,000,000"),
        (Exceeded("usd", 0.5, 0.51234), "usd limit reached: 0.5123 of 0.5"),
        (Exceeded("turns", 15.0, 15.0), "turns limit reached: 15 of 15"),
    ],
)
def test_a_reached_limit_says_so_in_figures_people_can_read(exceeded: Exceeded, message: str) -> None:
    assert str(exceeded) == message


def test_a_limit_in_dollars_does_not_hold_for_calls_whose_price_nobody_knows_so_it_stops_them() -> None:
    exceeded = next_turn_exceeds(Budget(usd=1.0), Spend(usd=0.1, calls_of_unknown_cost=1))
    assert exceeded is not None
    assert "unknown cost" in str(exceeded)
    assert next_turn_exceeds(Budget(tokens=10), Spend(calls_of_unknown_cost=1)) is None


def test_only_limits_that_are_set_are_raised_and_none_is_lowered() -> None:
    limits = Budget(tokens=10, usd=1.0, seconds=5.0)
    assert raised(limits, Budget(tokens=20, usd=0.5, turns=3)) == Budget(tokens=20, usd=1.0, seconds=5.0)
    assert raised(limits, None) == limits


def test_of_two_raises_the_higher_holds_for_each_limit() -> None:
    one, other = Budget(tokens=10, turns=3), Budget(tokens=20, usd=1.0)
    assert highest(one, other) == highest(other, one) == Budget(tokens=20, usd=1.0, turns=3)
    assert highest(None, one) == highest(one, None) == one
    assert highest(None, None) is None


NANOS = st.integers(0, 10**12).map(lambda nanos: nanos / 10**9)


@given(st.lists(NANOS, min_size=1, max_size=20))
def test_money_that_is_added_and_taken_away_again_leaves_nothing_behind(amounts: list[float]) -> None:
    total = Spend()
    for amount in amounts:
        total = plus(total, Spend(usd=amount))
    left = total.usd
    for amount in amounts:
        left = usd_left(left, amount)
    assert left == 0.0


@given(st.floats(0.0, 1_000.0), st.floats(0.0, 1_000.0))
def test_no_more_money_is_left_than_there_is(limit: float, taken: float) -> None:
    assert abs(usd_left(limit, taken) - (limit - taken)) <= 1e-12


@pytest.mark.parametrize("limit", [-1, -0.5, float("nan"), float("inf")])
@pytest.mark.parametrize("name", Budget.__struct_fields__)
def test_what_could_not_be_reached_is_no_limit(name: str, limit: float) -> None:
    told = f"expected a budget with {name} of at least 0, found {limit}"
    assert (unusable(Budget(**{name: limit})) or "").startswith(told)  # type: ignore[arg-type]  # that is the point
    assert unusable(Budget(**{name: 0})) is None
