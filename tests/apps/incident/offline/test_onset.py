"""Where a series leaves its course is told by what fits it best, and not by a threshold."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.apps.incident.offline.onset import onset_of

MINUTES = 160


@settings(max_examples=20)
@given(st.integers(20, 130), st.sampled_from([0.4, 2.0, 8.0]), st.integers(0, 1_000))
def test_a_step_is_found_to_the_minute(begins: int, times: float, seed: int) -> None:
    rng = Random(seed)
    values = [rng.gauss(10, 0.5) * (times if minute >= begins else 1) for minute in range(MINUTES)]
    assert abs(onset_of(values) - begins) <= 1


@pytest.mark.parametrize("length", [10, 30, 60, 90])
@pytest.mark.parametrize("begins", [40, 60, 90])
def test_a_slow_rise_is_found_where_it_begins_and_not_where_it_is_high(begins: int, length: int) -> None:
    rng = Random(begins * length)
    rise = [min(1.0, max(0.0, (minute - begins + 1) / length)) for minute in range(MINUTES)]
    values = [(100 + 150 * share) * rng.gauss(1, 0.012) for share in rise]
    assert abs(onset_of(values) - begins) <= 6
