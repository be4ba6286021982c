"""A breaker opens after failures, and lets one call at a time find out whether it may shut."""

from holdfast.kernel.breaker import OPEN_SECONDS_FIRST, Breaker, State


def failing(breaker: Breaker, count: int, now: float) -> None:
    for _ in range(count):
        breaker.ended(failed=True, was_probe=False, now=now)


def test_it_opens_after_failures_lets_one_probe_through_and_shuts_on_success() -> None:
    breaker = Breaker()
    failing(breaker, 4, 0.0)
    assert breaker.state(0.0) is State.CLOSED
    failing(breaker, 1, 0.0)
    assert breaker.ready_at(0.0) == OPEN_SECONDS_FIRST
    assert breaker.state(OPEN_SECONDS_FIRST) is State.HALF_OPEN
    assert breaker.passing(OPEN_SECONDS_FIRST)
    assert breaker.ready_at(OPEN_SECONDS_FIRST) is None
    breaker.ended(failed=False, was_probe=True, now=6.0)
    assert breaker.state(6.0) is State.CLOSED


def test_a_probe_that_fails_opens_it_for_longer_and_one_that_is_cancelled_lets_another_try() -> None:
    breaker = Breaker()
    failing(breaker, 5, 0.0)
    breaker.passing(5.0)
    breaker.ended(failed=True, was_probe=True, now=5.0)
    assert breaker.ready_at(5.0) == 5.0 + 2 * OPEN_SECONDS_FIRST
    breaker.passing(20.0)
    breaker.withdrawn(was_probe=True)
    assert breaker.ready_at(20.0) == 20.0
