"""No account is ever overdrawn by a call that was allowed."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.governance.budget import OUTPUT_TOKENS_MIN, Account, forbids_calls, forbids_turn, output_allowance
from holdfast.kernel.limits import Budget, Spend

COUNTS = st.integers(0, 10_000)
ACCOUNTS = st.builds(
    Account,
    owner=st.sampled_from(("run", "agent desk")),
    budget=st.builds(Budget, tokens=st.none() | COUNTS, turns=st.none() | COUNTS, tool_calls=st.none() | COUNTS),
    spend=st.builds(Spend, input_tokens=COUNTS, output_tokens=COUNTS, turns=COUNTS, tool_calls=COUNTS),
    reserved=COUNTS,
)


@given(st.tuples(ACCOUNTS, ACCOUNTS), COUNTS, st.integers(1, 10_000))
def test_what_a_reply_may_have_fits_every_account(accounts: tuple[Account, ...], tokens: int, wanted: int) -> None:
    limited = [account for account in accounts if account.budget.tokens is not None]
    left = [(account.budget.tokens or 0) - account.spend.tokens - account.reserved - tokens for account in limited]
    allowance = output_allowance(accounts, tokens, wanted)
    if isinstance(allowance, str):
        assert min(left) < OUTPUT_TOKENS_MIN
        assert "tokens cannot pay a call of" in allowance
    else:
        assert allowance == min([wanted, *left])
        assert all(allowance <= each for each in left)


@given(st.tuples(ACCOUNTS, ACCOUNTS))
def test_a_turn_is_forbidden_only_where_a_limit_is_reached(accounts: tuple[Account, ...]) -> None:
    reached = [
        account
        for account in accounts
        if (account.budget.turns is not None and account.spend.turns >= account.budget.turns)
        or (account.budget.tokens is not None and account.spend.tokens >= account.budget.tokens)
    ]
    reason = forbids_turn(accounts)
    assert (reason is None) == (not reached)
    assert reason is None or reason.startswith(f"the {reached[0].owner}'s ")


@given(st.tuples(ACCOUNTS, ACCOUNTS), st.integers(1, 20))
def test_calls_are_counted_before_they_are_judged(accounts: tuple[Account, ...], wanted: int) -> None:
    beyond = [
        account
        for account in accounts
        if account.budget.tool_calls is not None and account.spend.tool_calls > account.budget.tool_calls
    ]
    assert (forbids_calls(accounts, wanted) is None) == (not beyond)


def test_no_limit_leaves_all_that_was_wanted() -> None:
    account = Account("run", Budget(), Spend(input_tokens=10**9), 10**9)
    assert output_allowance((account,), 10**6, 4096) == 4096
    assert forbids_turn((account,)) is None
    assert forbids_calls((account,), 99) is None


def test_a_refusal_says_whose_limit_it_is_and_what_is_taken() -> None:
    account = Account("agent desk", Budget(tokens=100, turns=2), Spend(input_tokens=60, turns=2), 20)
    assert output_allowance((account,), 10, 4096) == (
        "the agent desk's budget of 100 tokens cannot pay a call of 10: 80 are taken"
    )
    assert forbids_turn((account,)) == "the agent desk's turns limit reached: 2 of 2"
