"""How long a run whose drive failed is left alone."""

from holdfast.dispatch.setbacks import RUNS_REMEMBERED_MAX, WAIT_SECONDS_FIRST, WAIT_SECONDS_MAX, Setbacks
from holdfast.kernel.ids import RunId

RUN = RunId("run_a")


def test_each_failure_in_a_row_doubles_the_wait_up_to_the_limit() -> None:
    setbacks = Setbacks()
    for number in range(100):
        setbacks.failed(RUN, 0.0)
        wait_seconds = min(WAIT_SECONDS_FIRST * 2**number, WAIT_SECONDS_MAX)
        assert setbacks.waiting(wait_seconds - 0.01) == {RUN}
        assert setbacks.waiting(wait_seconds) == set()


def test_a_success_ends_the_wait_and_the_row() -> None:
    setbacks = Setbacks()
    for _ in range(5):
        setbacks.failed(RUN, 0.0)
    setbacks.over(RUN)
    assert setbacks.waiting(0.0) == set()
    setbacks.failed(RUN, 0.0)
    assert setbacks.waiting(WAIT_SECONDS_FIRST) == set()


def test_beyond_its_room_the_one_that_failed_longest_ago_is_forgotten() -> None:
    setbacks = Setbacks()
    runs = [RunId(f"run_{number}") for number in range(RUNS_REMEMBERED_MAX + 1)]
    setbacks.failed(runs[1], 0.0)
    setbacks.failed(runs[0], 0.0)
    setbacks.failed(runs[1], 0.0)
    for run in runs[2:]:
        setbacks.failed(run, 0.0)
    assert setbacks.waiting(0.5) == set(runs) - {runs[0]}
