"""No account is ever overdrawn by a call that was allowed."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.governance.budget import (
    OUTPUT_TOKENS_MIN,
    Account,
    Reservation,
    Shortage,
    forbids_calls,
    forbids_turn,
    reserve,
)
from holdfast.integration.gateway.pricing.price import Price, Rate, Rates
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
    reserved = reserve(accounts, "small", tokens, wanted, None)
    if isinstance(reserved, Shortage):
        assert min(left) < OUTPUT_TOKENS_MIN
        assert "tokens cannot pay a call of" in reserved.told
    else:
        assert reserved == Reservation("small", min([wanted, *left]), tokens, None)
        assert all(reserved.output_tokens_max <= each for each in left)


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
    assert reserve((account,), "small", 10**6, 4096, None) == Reservation("small", 4096, 10**6, None)
    assert forbids_turn((account,)) is None
    assert forbids_calls((account,), 99) is None


def test_a_refusal_says_whose_limit_it_is_and_what_is_taken() -> None:
    account = Account("agent desk", Budget(tokens=100, turns=2), Spend(input_tokens=60, turns=2), 20)
    assert reserve((account,), "small", 10, 4096, None) == Shortage(
        "tokens", "the agent desk's budget of 100 tokens cannot pay a call of up to 10, and a reply: 80 are taken"
    )
    assert forbids_turn((account,)) == "the agent desk's turns limit reached: 2 of 2"


PRICE = Price(Rates(input=Rate(3.0), output=Rate(15.0), cached=Rate(0.3), cache_write=Rate(3.75)), "test")
MONEY = st.floats(0.0, 0.2)


@given(MONEY, MONEY, MONEY, st.integers(0, 20_000), st.integers(1, 10_000))
def test_what_a_reply_may_have_can_be_paid_and_one_token_more_could_not(
    limit: float, spent: float, reserved: float, tokens: int, wanted: int
) -> None:
    account = Account("run", Budget(usd=limit), Spend(usd=round(spent, 9)), 0, round(reserved, 9))
    left = limit - account.spend.usd - account.reserved_usd
    found = reserve((account,), "small", tokens, wanted, PRICE)
    if isinstance(found, Shortage):
        assert found.limit == "usd"
        assert PRICE.cost_usd_max(tokens, min(wanted, OUTPUT_TOKENS_MIN)) > left - 1e-9
    else:
        assert found.usd == PRICE.cost_usd_max(tokens, found.output_tokens_max)
        assert found.usd <= left + 1e-9
        more = PRICE.cost_usd_max(tokens, found.output_tokens_max + 1)
        assert found.output_tokens_max == wanted or more > left - 1e-9


def test_dollars_are_refused_to_a_model_whose_price_nobody_knows_and_it_is_told_where_to_set_one() -> None:
    account = Account("agent desk", Budget(usd=1.0), Spend())
    assert reserve((account,), "small", 10, 99, None) == Shortage(
        "usd",
        "the agent desk has a budget in dollars, and nobody knows what small costs: set its price under [prices] in "
        "the file that HOLDFAST_MODELS names, or limit tokens instead",
    )


def test_the_budget_that_is_short_is_named_with_what_the_call_may_cost() -> None:
    account = Account("run", Budget(usd=0.01), Spend(usd=0.004), 0, 0.003)
    found = reserve((account,), "small", 1_000, 4_096, PRICE)
    assert found == Shortage(
        "usd",
        "the run's budget of $0.01 cannot pay a call of up to 1000 tokens, and a reply, that may cost $0.00399: "
        "$0.007 is taken",
    )
