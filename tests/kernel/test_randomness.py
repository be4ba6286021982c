"""Randomness: a seed gives the same again, the system never does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.randomness import Randomness, SeededRandomness, SystemRandomness


@given(st.integers(), st.lists(st.integers(0, 64), max_size=5))
def test_a_seed_gives_the_same_again(seed: int, counts: list[int]) -> None:
    one, other = SeededRandomness(seed), SeededRandomness(seed)
    assert [one.bytes(count) for count in counts] == [other.bytes(count) for count in counts]
    assert one.uniform(0, 1) == other.uniform(0, 1)


def test_seeds_and_the_system_differ() -> None:
    sources: list[Randomness] = [SeededRandomness(0), SeededRandomness(1), SystemRandomness(), SystemRandomness()]
    assert len({source.bytes(16) for source in sources}) == 4


@pytest.mark.parametrize("source", [SeededRandomness(0), SystemRandomness()])
@given(count=st.integers(0, 100), low=st.floats(-1e6, 1e6), span=st.floats(0, 1e6))
def test_every_source_gives_what_it_is_asked_for(source: Randomness, count: int, low: float, span: float) -> None:
    assert len(source.bytes(count)) == count
    assert low <= source.uniform(low, low + span) <= low + span
