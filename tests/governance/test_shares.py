"""What is lent to children comes out of what there is: all shares together never exceed it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.governance.budget import Account
from holdfast.governance.shares import carve
from holdfast.kernel.limits import NOTHING_SPENT, Budget, Spend, plus, taken_by

COUNTS = st.none() | st.integers(1, 1_000)
MONEY = st.none() | st.floats(0.001, 10.0)
BUDGETS = st.builds(Budget, tokens=COUNTS, usd=MONEY, turns=COUNTS, tool_calls=COUNTS, seconds=MONEY)
ROUNDING = 1e-9


def spent(share: Budget, part: float) -> Spend:
    """Return what a child has spent that used this part of each of its limits."""
    most = taken_by(share)
    return Spend(
        input_tokens=int(most.input_tokens * part),
        usd=most.usd * part,
        turns=int(most.turns * part),
        tool_calls=int(most.tool_calls * part),
    )


@given(BUDGETS, st.lists(st.tuples(BUDGETS, st.floats(0.0, 1.0), st.booleans()), max_size=12), st.integers(0, 300))
def test_shares_and_spending_together_never_exceed_the_budget(
    budget: Budget, children: list[tuple[Budget, float, bool]], reserved: int
) -> None:
    reserved = min(reserved, budget.tokens or 0)
    spend, lent = NOTHING_SPENT, list[Budget]()
    for declared, part, ends_first in children:
        if ends_first and lent:
            spend = plus(spend, spent(lent.pop(0), part))
        taken = spend
        for each in lent:
            taken = plus(taken, taken_by(each))
        share = carve(Account("run", budget, taken, reserved), declared, None)
        if isinstance(share, Budget):
            lent.append(share)
            taken = plus(taken, taken_by(share))
        assert budget.tokens is None or taken.tokens + reserved <= budget.tokens
        assert budget.usd is None or taken.usd <= budget.usd + ROUNDING
        assert budget.turns is None or taken.turns <= budget.turns
        assert budget.tool_calls is None or taken.tool_calls <= budget.tool_calls


@given(BUDGETS, BUDGETS, st.none() | st.floats(0.1, 100.0))
def test_a_share_is_never_more_than_was_declared_nor_more_than_is_left(
    budget: Budget, declared: Budget, seconds_left: float | None
) -> None:
    share = carve(Account("run", budget, NOTHING_SPENT), declared, seconds_left)
    assert isinstance(share, Budget)
    for name in ("tokens", "usd", "turns", "tool_calls"):
        limits = [limit for limit in (getattr(budget, name), getattr(declared, name)) if limit is not None]
        assert getattr(share, name) == (min(limits) if limits else None)
    times = [limit for limit in (seconds_left, declared.seconds) if limit is not None]
    assert share.seconds == (min(times) if times else None)


@pytest.mark.parametrize(
    ("account", "seconds_left", "told"),
    [
        (Account("run", Budget(turns=3), Spend(turns=3)), None, "the run's turns limit reached: 3 of 3"),
        (Account("run", Budget(tokens=90), Spend(), 90), None, "the run's budget of 90 tokens is taken"),
        (Account("run", Budget(usd=1.0), Spend(usd=1.5)), None, "the run's usd limit reached: 1.5 of 1"),
        (Account("run", Budget(), Spend()), 0.0, "the run's time is up"),
    ],
)
def test_an_account_with_nothing_left_lends_nothing(account: Account, seconds_left: float | None, told: str) -> None:
    assert carve(account, Budget(), seconds_left) == told


def test_a_child_that_may_call_no_tool_can_still_begin() -> None:
    assert carve(Account("run", Budget(tool_calls=2), Spend(tool_calls=2)), Budget(), None) == Budget(tool_calls=0)
