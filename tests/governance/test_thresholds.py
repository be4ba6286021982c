"""A budget runs low when four fifths of a limit are taken, and not before."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.governance.thresholds import LOW_PART, Reached, low_limits
from holdfast.kernel.limits import Budget, Spend

COUNTS = st.integers(0, 1_000)


@given(st.none() | COUNTS, COUNTS)
def test_each_limit_runs_low_by_itself_at_four_fifths(allowed: int | None, spent: int) -> None:
    is_low = bool(allowed) and spent >= LOW_PART * (allowed or 0)
    for limit, spend in (
        ("tokens", Spend(input_tokens=spent // 2, output_tokens=spent - spent // 2)),
        ("usd", Spend(usd=float(spent))),
        ("turns", Spend(turns=spent)),
        ("tool_calls", Spend(tool_calls=spent)),
        ("descendants", Spend(descendants=spent)),
    ):
        expected = [Reached(limit, spent, allowed or 0)] if is_low else []
        assert list(low_limits(Budget(**{limit: allowed}), spend)) == expected


def test_without_limits_nothing_runs_low() -> None:
    assert list(low_limits(Budget(), Spend(input_tokens=10**9, usd=10**6, turns=10**6))) == []
