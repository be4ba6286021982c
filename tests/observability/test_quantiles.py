"""Most durations are told to one per cent, however many there were."""

import math

from hypothesis import given
from hypothesis import strategies as st

from holdfast.observability.quantiles import Quantiles

seconds = st.floats(min_value=1e-5, max_value=1e6, allow_nan=False)


def of(durations: list[float]) -> Quantiles:
    found = Quantiles()
    for duration in durations:
        found.add(duration)
    return found


@given(st.lists(seconds, min_size=1, max_size=200), st.sampled_from([0.01, 0.5, 0.95, 1.0]))
def test_what_is_told_is_within_a_hundredth_of_the_right_one(durations: list[float], share: float) -> None:
    right = sorted(durations)[math.ceil(share * len(durations)) - 1]
    told = of(durations).at(share)
    assert told is not None
    assert abs(told - right) <= 0.01 * right + 1e-6


def test_of_nothing_nothing_is_told() -> None:
    assert Quantiles().at(0.5) is None


def test_what_took_no_time_at_all_is_counted() -> None:
    told = of([0.0, 0.0, 3.0]).at(0.5)
    assert told is not None
    assert told < 1e-5
