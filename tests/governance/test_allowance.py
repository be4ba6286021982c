"""Whose an allowance is, which period an instant is in, and what is declared wrongly."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.governance.allowance import Allowance, Span
from holdfast.kernel.charges import Charge, added, nano, since
from holdfast.kernel.days import begins_at, day_of, month_of, written
from holdfast.kernel.errors import InputError

NOON = datetime.datetime(2028, 2, 29, 12, tzinfo=datetime.UTC).timestamp()


@pytest.mark.parametrize(
    ("per", "first", "renewed"),
    [("day", "2028-02-29", "2028-03-01"), ("month", "2028-02-01", "2028-03-01")],
)
def test_a_period_is_of_whole_days_of_utc(per: str, first: str, renewed: str) -> None:
    span = Allowance(per=per, tokens=1).span_at(NOON)  # type: ignore[arg-type]  # one of the two
    assert written(begins_at(span.first)) == f"{first} 00:00 UTC"
    assert span.renews_at is not None
    assert written(span.renews_at) == f"{renewed} 00:00 UTC"


def test_one_without_a_period_is_never_renewed() -> None:
    assert Allowance(tokens=1).span_at(NOON).renews_at is None


@given(st.dates(datetime.date(1970, 1, 1), datetime.date(2200, 1, 1)))
def test_days_and_months_are_those_of_the_calendar(date: datetime.date) -> None:
    at = datetime.datetime.combine(date, datetime.time(23, 59), datetime.UTC).timestamp()
    first, last = (datetime.date(1970, 1, 1) + datetime.timedelta(day) for day in month_of(day_of(at)))
    assert written(begins_at(day_of(at))) == f"{date.isoformat()} 00:00 UTC"
    assert (first.year, first.month, first.day) == (date.year, date.month, 1)
    assert (last + datetime.timedelta(1)).day == 1
    assert first <= date <= last < first + datetime.timedelta(31)


@pytest.mark.parametrize(
    ("allowance", "told", "counts"),
    [
        (Allowance(tokens=1), "the allowance of everybody", True),
        (Allowance(tenant="acme", tokens=1), "the allowance of tenant acme", True),
        (Allowance(tenant="*", tokens=1), "the allowance of tenant acme", True),
        (Allowance(app="desk", tokens=1), "the allowance of app desk", True),
        (Allowance(app="desk", tenant="acme", usd=1), "the allowance of tenant acme for app desk", True),
        (Allowance(app="other", tenant="acme", usd=1), "the allowance of tenant acme for app other", False),
        (Allowance(tenant="globex", tokens=1), "the allowance of tenant globex", False),
    ],
)
def test_whose_it_is(allowance: Allowance, told: str, counts: bool) -> None:
    assert allowance.owner("acme") == told
    assert allowance.applies_to("acme", "desk") is counts


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "expected tokens or usd"),
        ({"tokens": -1}, "expected tokens of at least 0"),
        ({"usd": -0.5}, "expected usd of at least 0"),
        ({"usd": float("nan")}, "expected usd of at least 0"),
        ({"usd": float("inf")}, "expected usd of at least 0"),
        ({"tokens": 1, "per": "week"}, "expected an allowance per 'day' or 'month'"),
    ],
)
def test_what_is_declared_wrongly_is_told_at_once(given: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        Allowance(**given)  # type: ignore[arg-type]  # that is the point


def test_only_later_periods_begin_anew() -> None:
    assert Span(3, 3).renews_at == begins_at(4)


charges = st.lists(st.builds(Charge, st.integers(1, 4), *[st.integers(-9, 9)] * 5), max_size=8)


@given(charges, charges)
def test_what_was_spent_since_and_what_is_held_lead_from_one_to_the_other(
    first: list[Charge], second: list[Charge]
) -> None:
    before: tuple[Charge, ...] = ()
    for charge in first:
        before = added(before, charge)
    now = before
    for charge in second:
        now = added(now, charge)
    reached = {charge.day: charge for charge in before}
    for change in since(before, now):
        was = reached.get(change.day, Charge(change.day))
        reached[change.day] = Charge(
            change.day,
            was.tokens + change.tokens,
            was.nano_usd + change.nano_usd,
            was.unpriced + change.unpriced,
            change.held_tokens,
            change.held_nano_usd,
        )
    assert tuple(reached[day] for day in sorted(reached)) == now


def test_a_tenth_of_a_dollar_a_thousand_times_is_a_hundred_dollars() -> None:
    assert sum(nano(0.1) for _ in range(1_000)) == nano(100.0)
