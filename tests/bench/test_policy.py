"""That what a decision costs is measured on decisions that were made."""

from pathlib import Path

from bench.policy import POLICIES_A_TOOL, SIZES, measure


def test_the_ways_are_measured_side_by_side_under_few_and_many_policies(tmp_path: Path) -> None:
    measured = measure(2, tmp_path)
    assert tuple(size.policies for size in measured.sizes) == SIZES
    for size in measured.sizes:
        assert size.bearing == POLICIES_A_TOOL
        assert min(size.decide_us, size.again_us, size.parsed_once_us, size.parsed_each_time_us) > 0
