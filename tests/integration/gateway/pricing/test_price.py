"""A price says what a call has cost, and the most that one can cost before it is sent."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.gateway.pricing.price import FREE, Price, Rate, Rates, worst_of
from holdfast.kernel.messages import Usage

PLAIN = Rates(input=Rate(3.0), output=Rate(15.0), cached=Rate(0.3), cache_write=Rate(3.75), cache_write_long=Rate(6.0))
CLIFF = Rates(input=Rate(2.0, ((200_000, 4.0),)), output=Rate(10.0, ((200_000, 20.0),)))
MILLION = 1_000_000

amounts = st.floats(min_value=0, max_value=100, allow_nan=False)
rate = st.builds(
    Rate,
    amounts,
    st.lists(st.tuples(st.integers(0, MILLION), amounts), max_size=3).map(lambda steps: tuple(sorted(steps))),
)
rates = st.builds(
    Rates,
    input=rate,
    output=rate,
    cached=st.none() | rate,
    cache_write=st.none() | rate,
    cache_write_long=st.none() | rate,
    reasoning=st.none() | rate,
    call_usd=amounts,
)
counts = st.integers(0, 2 * MILLION)


def priced(listed: Rates) -> Price:
    return Price(listed, "a table")


def test_each_kind_of_tokens_has_its_own_rate() -> None:
    usage = Usage(MILLION, MILLION, 500_000, cache_write_tokens=300_000, cache_write_long_tokens=100_000)
    expected = 0.2 * 3 + 0.5 * 0.3 + 0.2 * 3.75 + 0.1 * 6 + 15
    assert priced(PLAIN).cost_usd(usage) == round(expected, 9)


def test_a_kind_without_a_rate_costs_what_its_like_costs() -> None:
    listed = Rates(input=Rate(2.0), output=Rate(8.0))
    usage = Usage(MILLION, MILLION, 400_000, cache_write_tokens=400_000, reasoning_tokens=900_000)
    assert priced(listed).cost_usd(usage) == 10.0


def test_thoughts_may_cost_less_than_words() -> None:
    listed = Rates(input=Rate(2.0), output=Rate(8.0), reasoning=Rate(3.0))
    assert priced(listed).cost_usd(Usage(0, MILLION, reasoning_tokens=MILLION)) == 3.0


def test_beyond_a_step_all_tokens_have_its_price() -> None:
    assert priced(CLIFF).cost_usd(Usage(200_000, 1_000)) == round(0.4 + 0.01, 9)
    assert priced(CLIFF).cost_usd(Usage(200_001, 1_000)) == round(0.800004 + 0.02, 9)


def test_a_cost_is_rounded_to_the_nano_dollar() -> None:
    assert priced(Rates(input=Rate(0.123456789), output=Rate(0.0))).cost_usd(Usage(7)) == 0.000000864


def test_what_was_served_faster_costs_what_that_costs() -> None:
    price = Price(PLAIN, "a table", tiers={"priority": Rates(input=Rate(6.0), output=Rate(30.0))})
    assert price.cost_usd(Usage(MILLION, tier="priority")) == 6.0
    assert price.cost_usd(Usage(MILLION, tier="some other")) == 3.0


def test_the_most_a_call_can_cost_counts_no_cached_reads_and_every_cache_write() -> None:
    assert priced(PLAIN).cost_usd_max(MILLION, 1_000) == 6.0 + 0.015


@given(rates, counts, counts, counts, counts, counts, counts, counts, counts)
def test_no_call_within_its_bounds_costs_more_than_the_most(
    listed: Rates, limit: int, room: int, read: int, said: int, cached: int, written: int, long: int, thought: int
) -> None:
    usage = Usage(
        min(read, limit),
        min(said, room),
        cached,
        cache_write_tokens=written,
        cache_write_long_tokens=long,
        reasoning_tokens=thought,
    )
    assert priced(listed).cost_usd(usage) <= priced(listed).cost_usd_max(limit, room) + 1e-9


@given(st.lists(rates, min_size=1, max_size=4), counts, counts)
def test_the_worst_of_several_prices_is_as_dear_as_the_dearest(several: list[Rates], read: int, said: int) -> None:
    worst = worst_of([priced(each) for each in several])
    assert worst is not None
    assert worst.cost_usd_max(read, said) == max(priced(each).cost_usd_max(read, said) for each in several)


def test_what_any_of_several_may_have_cost_is_what_the_dearest_did() -> None:
    dear = Rates(input=Rate(30.0), output=Rate(150.0))
    worst = worst_of([priced(PLAIN), priced(dear)])
    assert worst is not None
    assert worst.cost_usd_at_most(Usage(1_000, 100)) == priced(dear).cost_usd(Usage(1_000, 100))
    assert priced(PLAIN).cost_usd_at_most(Usage(1_000, 100)) == priced(PLAIN).cost_usd(Usage(1_000, 100))


def test_where_one_price_is_unknown_the_worst_is_unknown() -> None:
    assert worst_of([priced(PLAIN), None]) is None
    assert worst_of([]) is None


def test_a_program_on_this_machine_costs_nothing_and_that_is_known() -> None:
    assert FREE.cost_usd(Usage(MILLION, MILLION)) == FREE.cost_usd_max(MILLION, MILLION) == 0.0
