"""Figures are worded so that nothing is rounded away, and nothing unknown is shown as known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.limits import Spend
from holdfast.observability.usage import figures
from holdfast.surfaces.cli.showing.wording import age, cost, counted, duration, money, short_ids, size, tokens


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 ms"),
        (0.0001, "<1 ms"),
        (0.042, "42 ms"),
        (0.9996, "1.0 s"),
        (9.96, "10 s"),
        (59.6, "1 min 00 s"),
        (61, "1 min 01 s"),
        (3_599.7, "1 h 00 min"),
        (7_380, "2 h 03 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_durations(seconds: float, told: str) -> None:
    assert duration(seconds) == told


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0"), (999, "999"), (12_351, "12.4k"), (999_949, "999.9k"), (999_951, "1.0M")]
)
def test_tokens(count: int, told: str) -> None:
    assert tokens(count) == told


@pytest.mark.parametrize(("count", "told"), [(12, "12 B"), (1_234, "1.2 kB"), (5_000_000, "5.0 MB"), (2e9, "2.0 GB")])
def test_sizes(count: int, told: str) -> None:
    assert size(count) == told


@pytest.mark.parametrize(
    ("usd", "told"), [(0, "$0"), (0.00001234, "$1.2e-05"), (0.0123, "$0.0123"), (12.5, "$12.50"), (1e4, "$10,000.00")]
)
def test_money_is_never_rounded_to_nothing(usd: float, told: str) -> None:
    assert money(usd) == told


def test_a_cost_that_is_not_known_is_told_as_such() -> None:
    assert cost(figures(Spend(calls_of_unknown_cost=2))) == "cost unknown"
    assert cost(figures(Spend(usd=0.5, calls_of_unknown_cost=2))) == "$0.5000 + 2 unknown"
    assert cost(figures(Spend())) == "$0"


@pytest.mark.parametrize(("seconds", "told"), [(1, "just now"), (30, "30 s ago"), (3_700, "1 h ago"), (2e5, "2 d ago")])
def test_ages(seconds: float, told: str) -> None:
    assert age(seconds) == told


def test_counts_agree_with_their_noun() -> None:
    assert (counted(1, "turn"), counted(2_000, "turn")) == ("1 turn", "2,000 turns")


@given(st.sets(st.text(alphabet="0123ABC", min_size=8, max_size=8), min_size=1, max_size=30))
def test_short_ids_tell_the_runs_apart(tails: set[str]) -> None:
    runs = [f"run_{tail}" for tail in tails]
    short = short_ids(runs)
    assert len(set(short.values())) == len(runs)
    assert all(run.endswith(short[run]) and 6 <= len(short[run]) <= 8 for run in runs)
