"""What is lent to children comes out of what there is: all shares together never exceed it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.governance.budget import Account
from holdfast.governance.shares import carve, forbids_child
from holdfast.kernel.limits import NOTHING_SPENT, Budget, Spend, plus, taken_by

COUNTS = st.none() | st.integers(1, 1_000)
MONEY = st.none() | st.floats(0.001, 10.0)
BUDGETS = st.builds(
    Budget, tokens=COUNTS, usd=MONEY, turns=COUNTS, tool_calls=COUNTS, seconds=MONEY, descendants=COUNTS
)
ROUNDING = 1e-9


def spent(share: Budget, part: float) -> Spend:
    """Return what a child has spent that used this part of each of its limits."""
    most = taken_by(share)
    return Spend(
        input_tokens=int(most.input_tokens * part),
        usd=most.usd * part,
        turns=int(most.turns * part),
        tool_calls=int(most.tool_calls * part),
        descendants=int(most.descendants * part),
    )


@given(BUDGETS, st.lists(st.tuples(BUDGETS, st.floats(0.0, 1.0), st.booleans()), max_size=12), st.integers(0, 300))
def test_shares_and_spending_together_never_exceed_the_budget(
    budget: Budget, children: list[tuple[Budget, float, bool]], reserved: int
) -> None:
    reserved = min(reserved, budget.tokens or 0)
    reserved_usd = min(reserved / 1_000, budget.usd or 0.0)
    spend, lent = NOTHING_SPENT, list[Budget]()
    for declared, part, ends_first in children:
        if ends_first and lent:
            spend = plus(spend, spent(lent.pop(0), part))
        taken = spend
        for each in lent:
            taken = plus(taken, taken_by(each))
        account = Account("run", budget, taken, reserved, reserved_usd)
        if forbids_child(account, len(lent)):
            continue
        share = carve(account, declared, None)
        if isinstance(share, Budget):
            lent.append(share)
            taken = plus(taken, taken_by(share))
        assert budget.tokens is None or taken.tokens + reserved <= budget.tokens
        assert budget.usd is None or taken.usd + reserved_usd <= budget.usd + ROUNDING
        assert budget.descendants is None or taken.descendants <= budget.descendants
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
        (Account("run", Budget(usd=1.0), Spend(usd=0.4), 0, 0.6), None, "the run's budget of $1 is taken"),
        (Account("run", Budget(), Spend()), 0.0, "the run's time is up"),
    ],
)
def test_an_account_with_nothing_left_lends_nothing(account: Account, seconds_left: float | None, told: str) -> None:
    assert carve(account, Budget(), seconds_left) == told


@pytest.mark.parametrize(
    ("budget", "begun", "told"),
    [
        (Budget(depth=0), 0, "the run's depth limit reached: no run may stand below it"),
        (Budget(fan_out=2), 2, "the run's fan_out limit reached: it has begun 2 of 2 runs"),
        (Budget(descendants=3), 1, "the run's descendants limit reached: 3 of 3 are taken"),
        (Budget(depth=1, fan_out=3, descendants=4), 2, None),
    ],
)
def test_a_family_grows_up_to_its_limits(budget: Budget, begun: int, told: str | None) -> None:
    assert forbids_child(Account("run", budget, Spend(descendants=3)), begun) == told


def test_of_depth_and_descendants_a_child_gets_what_is_left_below_it() -> None:
    account = Account("run", Budget(depth=3, fan_out=5, descendants=10), Spend(descendants=4))
    assert carve(account, Budget(), None) == Budget(depth=2, fan_out=5, descendants=5)
    assert carve(account, Budget(depth=1, fan_out=9, descendants=0), None) == Budget(depth=1, fan_out=5, descendants=0)


def test_a_child_that_may_call_no_tool_can_still_begin() -> None:
    assert carve(Account("run", Budget(tool_calls=2), Spend(tool_calls=2)), Budget(), None) == Budget(tool_calls=0)
