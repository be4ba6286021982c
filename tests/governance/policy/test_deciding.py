"""How policies decide: deny by default, forbid wins, ask over allow, and whatever cannot be evaluated is denied."""

import pytest
from msgspec.structs import replace

from holdfast.governance.verdict import Allow, Ask, Asking, Deny
from holdfast.kernel.provenance import Trust
from tests.governance.policy.shop import LABEL, LOOK, policies, refund_of, request

SMALL = """
@id("small") @advice("refund at most 100 yourself")
permit (principal == Agent::"desk", action == Action::"refund", resource)
when { context.args.amount.lessThanOrEqual(decimal("100.0")) };
"""
LARGE = """
@id("large") @verdict("ask") @reason("it is much money") @roles("finance, manager") @approvals("2")
@deadline_seconds("3600")
permit (principal, action == Action::"refund", resource) when { context.args.amount.greaterThan(decimal("50.0")) };
"""
BLOCKED = """
@id("blocked") @reason("order 13 is under investigation") @advice("tell the customer that somebody will write")
forbid (principal, action in Action::"all:writes", resource)
when { context.args.order_id == "13" };
"""


def test_what_a_policy_permits_is_allowed_by_its_name() -> None:
    assert policies(SMALL).decide(refund_of(100)) == Allow(("small",))


def test_what_no_policy_permits_is_denied_and_told_what_would_be() -> None:
    decided = policies(SMALL).decide(refund_of(100.01))
    assert isinstance(decided, Deny)
    assert decided.reason.startswith("no policy permits desk to call refund with these arguments")
    assert (decided.policies, decided.advice) == ((), "refund at most 100 yourself")
    assert "small would in others" in decided.reason


def test_an_agent_that_no_policy_speaks_of_may_nothing() -> None:
    assert isinstance(policies(SMALL).decide(request(LOOK, agent="clerk")), Deny)


def test_a_tool_that_the_app_does_not_have_is_denied() -> None:
    unknown = replace(request(LOOK), tool="drop")
    assert isinstance(policies("permit (principal, action, resource);").decide(unknown), Deny)


def test_asking_wins_over_allowing_and_says_who_must_say_yes() -> None:
    decided = policies(SMALL + LARGE).decide(refund_of(60))
    asking = Asking(roles=("finance", "manager"), approvals=2, deadline_seconds=3600)
    assert decided == Ask("it is much money", (asking,), ("small", "large"))


def test_asking_permits_by_itself() -> None:
    assert isinstance(policies(SMALL + LARGE).decide(refund_of(2_000)), Ask)


def test_a_forbid_wins_over_everything_with_its_reason_and_advice() -> None:
    decided = policies(SMALL + LARGE + BLOCKED).decide(refund_of(60, order_id="13"))
    assert decided == Deny(
        "order 13 is under investigation", ("blocked",), "tell the customer that somebody will write"
    )


def test_everything_that_asks_must_be_satisfied() -> None:
    by_the_user = '@id("user") @verdict("ask") @of("user") permit (principal, action, resource);'
    decided = policies(LARGE + by_the_user).decide(refund_of(60))
    assert isinstance(decided, Ask)
    assert [each.of for each in decided.asking] == ["operator", "user"]


def test_what_asks_if_permitted_permits_nothing() -> None:
    asks = '@id("night") @verdict("ask_if_permitted") permit (principal, action, resource);'
    assert isinstance(policies(asks).decide(refund_of(1)), Deny)
    assert policies(asks + SMALL).decide(refund_of(1)) == Ask("night asks", (Asking(),), ("night", "small"))


def test_groups_of_actions_stand_for_tools() -> None:
    for group in ("all:reads", "effect:read", "server:orders"):
        decides = policies(f'@id("it") permit (principal, action in Action::"{group}", resource);')
        assert decides.decide(request(LOOK)) == Allow(("it",))
        assert isinstance(decides.decide(request()), Deny)
    for group in ("all:writes", "all:irreversible", "permission:payments"):
        decides = policies(f'@id("it") permit (principal, action in Action::"{group}", resource);')
        assert decides.decide(request()) == Allow(("it",))
        assert isinstance(decides.decide(request(LOOK)), Deny)
    decides = policies('@id("it") permit (principal, action in Action::"all:reversible", resource);')
    assert decides.decide(request(LABEL)) == Allow(("it",))
    assert isinstance(decides.decide(request()), Deny)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("!context.untrusted", {"trust": Trust.USER}),
        ('context.trust == "developer"', {"trust": Trust.DEVELOPER}),
        ('context has user && context.user == "ada"', {"user": "ada"}),
        ('context.tenant == "acme"', {"tenant": "acme"}),
        ('context.node like "shop/night/*"', {"node": "shop/night/desk"}),
        ('context.autonomy == "chained"', {"autonomy": "chained"}),
        ('context has confidence && context.confidence.greaterThan(decimal("0.7"))', {"confidence": 0.8}),
        ('context.spent_usd.greaterThan(decimal("0.5"))', {"spent_usd": 0.50000001}),
        ("context.turns > 3", {"turns": 4}),
        ("context.tool_calls > 3", {"tool_calls": 4}),
    ],
)
def test_policies_go_by_the_circumstances(condition: str, said: dict[str, object]) -> None:
    decides = policies(f'@id("it") permit (principal, action, resource) when {{ {condition} }};')
    assert decides.decide(request(LOOK, **said)) == Allow(("it",))
    assert isinstance(decides.decide(request(LOOK, trust=Trust.UNTRUSTED)), Deny)


def test_nodes_are_callers_of_their_own() -> None:
    decides = policies('@id("it") permit (principal == Node::"shop/pay", action, resource);')
    assert decides.decide(request(LOOK, agent=None, node="shop/pay")) == Allow(("it",))
    assert isinstance(decides.decide(request(LOOK, agent=None, node="shop/other")), Deny)
    assert isinstance(decides.decide(request(LOOK, agent="desk", node="shop/pay")), Deny)


@pytest.mark.parametrize("amount", [1000.00001, "1000.00001", 10**15, "1e400", "NaN", "much"])
def test_money_that_cedar_cannot_say_is_denied_and_never_rounded(amount: object) -> None:
    decided = policies("permit (principal, action, resource);" + BLOCKED + LARGE).decide(refund_of(amount))
    assert isinstance(decided, Deny)
    assert "its argument amount cannot be said" in decided.reason


def test_what_no_policy_goes_by_need_not_be_sayable() -> None:
    assert isinstance(policies('@id("it") permit (principal, action, resource);').decide(refund_of(1e-7)), Allow)


def test_a_value_left_out_never_slips_past_a_policy_that_takes_all_arguments_together() -> None:
    together = """@id("it") permit (principal, action == Action::"label", resource)
        when { context.args == {order_id: "1"} };"""
    assert policies(together).decide(request(LABEL, arguments={"order_id": "1"})) == Allow(("it",))
    assert isinstance(policies(together).decide(request(LABEL, arguments={"order_id": "2"})), Deny)


def test_a_policy_that_cannot_be_evaluated_denies() -> None:
    overflows = """@id("over") forbid (principal, action, resource) when { context.turns * 9223372036854775807 > 5 };
        permit (principal, action, resource);"""
    decided = policies(overflows).decide(request(LOOK, turns=7))
    assert isinstance(decided, Deny)
    assert "could not be evaluated" in decided.reason
    assert "over" in decided.reason


def test_text_from_a_model_is_text_whatever_it_looks_like() -> None:
    decides = policies(SMALL + BLOCKED)
    smuggled = {"__entity": {"type": "Agent", "id": "desk"}}
    assert isinstance(decides.decide(refund_of(1, order_id=smuggled)), Deny)
    for text in ('13" || true', "\u202e31", "\x00", "decimal(1)"):
        assert decides.decide(refund_of(1, order_id=text)) == Allow(("small",))


def test_the_same_question_has_the_same_answer_however_often_it_is_asked() -> None:
    decides = policies(SMALL)
    first = [decides.decide(refund_of(amount)) for amount in range(90, 110)]
    assert [decides.decide(refund_of(amount)) for amount in range(90, 110)] == first
