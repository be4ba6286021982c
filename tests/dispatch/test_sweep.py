"""What a sweep of the index finds."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.dispatch.sweep import sweep
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.ids import RunId
from holdfast.testing.conformance.runs_to_drive import RunsToDrive

NOW = 100.0


async def test_those_that_wait_longest_come_first_and_those_due_before_the_next_sweep_are_named() -> None:
    world = RunsToDrive(VirtualClock(NOW))
    for name, at in (("run_a", 90.0), ("run_b", 80.0), ("run_c", 104.0), ("run_d", 106.0)):
        world.add(name, at)
    found = await sweep(world, NOW, NOW + 5, set(), 10)
    assert (found.due, found.later, found.is_cut) == (("run_b", "run_a"), (("run_c", 104.0),), False)


@given(
    st.dictionaries(st.integers(0, 9), st.sampled_from([50.0, 90.0, 100.0, 101.0])),
    st.sets(st.integers(0, 9)),
    st.integers(1, 5),
)
async def test_runs_that_are_passed_over_never_hide_others(
    instants: dict[int, float], passed_over: set[int], count_max: int
) -> None:
    world = RunsToDrive(VirtualClock(NOW))
    due = {world.add(f"run_{number}", at) for number, at in instants.items() if at <= NOW}
    skipped = {RunId(f"run_{number}") for number in passed_over}
    found = await sweep(world, NOW, NOW + 5, skipped, count_max)
    assert len(found.due) == min(count_max, len(due - skipped))
    assert set(found.due) <= due - skipped
    if len(due - skipped) > count_max:
        assert found.is_cut
