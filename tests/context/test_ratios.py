"""How far estimates are off is learned from what providers report: what is likely, and an upper end."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from holdfast.context.ratios import KEPT_MAX, RATIO_MAX, RATIO_MIN, SAMPLES_MAX, Ratio, Ratios

SEEN = st.lists(st.tuples(st.integers(1, 5_000), st.integers(1, 50_000)), max_size=120)


def learned(*seen: tuple[int, int]) -> Ratio:
    ratios = Ratios()
    for estimated, reported in seen:
        ratios.learn("m", estimated, reported)
    return ratios.of("m")


def test_where_nothing_was_learned_an_estimate_stands_as_it_is() -> None:
    assert (Ratios().of("m").expected(100), Ratios().of("m").upper(100)) == (100, 100)


def test_a_model_that_always_needs_half_as_much_again_is_soon_known() -> None:
    ratio = learned(*[(400, 600)] * 20)
    assert 1.45 < ratio.mean <= 1.5
    assert ratio.upper(1_000) == 1_500


def test_the_upper_end_is_above_what_is_usual() -> None:
    ratio = learned(*[(1_000, 800), (1_000, 900), (1_000, 1_300)] * 10)
    assert ratio.mean < 1.1
    assert ratio.upper(1_000) == 1_300


def test_of_short_texts_the_tokens_count_by_which_they_were_more() -> None:
    ratio = learned(*[(10, 10), (10, 30)] * 20)
    assert ratio.upper(10) >= 29
    assert ratio.upper(2_000) < 2_000 * 3
    assert ratio.upper(0) == 0


def test_each_model_and_each_opening_is_learned_for_itself() -> None:
    ratios = Ratios()
    for _ in range(20):
        ratios.learn("m", 400, 800)
        ratios.learn("m", 400, 2_000, "offer")
    assert ratios.of("n") == Ratio()
    assert ratios.of("m").mean < 2.1 < ratios.of("m", "offer").mean


def test_what_was_not_reported_teaches_nothing() -> None:
    assert learned((0, 10), (10, 0), (10, -5)) == Ratio()


def test_what_was_learned_of_longest_ago_is_forgotten() -> None:
    ratios = Ratios()
    for number in range(KEPT_MAX + 1):
        ratios.learn(f"m{number}", 100, 200)
    assert ratios.of("m0") == Ratio()
    assert ratios.of("m1") != Ratio()


@given(SEEN)
def test_the_upper_end_is_never_below_what_is_likely_and_both_stay_in_bounds(seen: list[tuple[int, int]]) -> None:
    ratio = learned(*seen)
    assert RATIO_MIN <= ratio.mean <= max(1.0, ratio.high) <= RATIO_MAX
    assert all(ratio.expected(size) <= ratio.upper(size) for size in (0, 1, 99, 100, 10_000))


@given(st.integers(SAMPLES_MAX, 3 * SAMPLES_MAX), st.randoms(use_true_random=False))
def test_nineteen_in_twenty_of_the_last_texts_were_below_the_upper_end(count: int, random: Random) -> None:
    sizes = [(1_000, random.randint(600, 2_000)) for _ in range(count)]
    high = learned(*sizes).high
    last = [reported / estimated for estimated, reported in sizes[-SAMPLES_MAX:]]
    assert sum(each <= high for each in last) >= 0.95 * len(last)
