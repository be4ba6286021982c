"""That what runs cost is measured on runs which are where they are said to be."""

from pathlib import Path

from bench.holding import Sizes, measure_runs
from bench.runs import disk


async def test_every_prompt_of_a_run_is_rebuilt_from_its_journal_byte_for_byte(tmp_path: Path) -> None:
    measured = await disk.measure(12, tmp_path)
    assert measured["prompts_exact"] == measured["prompts"] == 13
    assert measured["disk_bytes"] > 12 * 3_000


def test_runs_are_counted_where_they_rest(tmp_path: Path) -> None:
    held = measure_runs(Sizes(active=20, warm_up=10, parked=30, turns=3, resumed=10), tmp_path)
    assert held.parked_runs == 30
    assert held.long_run_prompts_exact == held.long_run_prompts == 4
    assert held.resume_seconds > 0
    assert not list(tmp_path.iterdir())
