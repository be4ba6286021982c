"""What is told of the way a model call took: what a person would ask about, and nothing else."""

import pytest

from holdfast.kernel.outcomes import ErrorKind
from holdfast.kernel.ways import Try, Way
from holdfast.surfaces.cli.showing.way_words import WAITED_SECONDS_SHOWN, way_words

FAILED = Try("first", "anthropic:m", ErrorKind.OVERLOADED, 0.2)


@pytest.mark.parametrize(
    ("way", "told"),
    [
        (None, ()),
        (Way("first", "anthropic:m", WAITED_SECONDS_SHOWN), ()),
        (Way("first", "anthropic:m", 3.4), ("waited 3.4 s for its turn",)),
        (Way("second", "openai:n", tries=(FAILED,)), ("openai:n by second, after anthropic:m by first: overloaded",)),
        (Way("first", "anthropic:m", is_cached=True), ("from the cache",)),
    ],
)
def test_a_long_wait_and_tries_that_failed_are_told(way: Way | None, told: tuple[str, ...]) -> None:
    assert way_words(way) == told
