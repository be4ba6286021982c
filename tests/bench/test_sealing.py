"""That what sealing costs is measured on commits that were made."""

from pathlib import Path

from bench.sealing import RUNS, measure


async def test_the_three_ways_are_measured_side_by_side(tmp_path: Path) -> None:
    measured = await measure(2 * RUNS, tmp_path)
    assert measured.commits == 2 * RUNS
    assert min(measured.bare_us, measured.in_the_clear_us, measured.about_a_person_us) > 0
