"""What agents and tools declare, as rules: levels of autonomy, ask_when, confidence."""

import pytest
from msgspec.structs import replace

from holdfast.governance.autonomy import Autonomy
from holdfast.governance.verdict import Allow, Ask, Deny
from holdfast.kernel.errors import DefinitionError
from tests.governance.policy.shop import (
    DESK,
    LABEL,
    LOOK,
    REFUND,
    policies,
    refund_of,
    request,
    with_desk,
    with_tool,
)

ALLOWS, ASKS, DENIES = Allow, Ask, Deny


@pytest.mark.parametrize(
    ("level", "looks", "labels", "refunds"),
    [
        (None, ALLOWS, ALLOWS, ALLOWS),
        (Autonomy.SUGGEST, ALLOWS, DENIES, DENIES),
        (Autonomy.CONFIRM, ALLOWS, ASKS, ASKS),
        (Autonomy.CHAINED, ALLOWS, ALLOWS, ASKS),
        (Autonomy.AUTONOMOUS, ALLOWS, ALLOWS, ALLOWS),
    ],
)
def test_a_level_says_what_an_agent_may_do_by_itself(
    level: Autonomy | None, looks: type, labels: type, refunds: type
) -> None:
    decides = policies(declared=with_desk(replace(DESK, autonomy=level)))
    found = [type(decides.decide(request(tool))) for tool in (LOOK, LABEL, REFUND)]
    assert found == [looks, labels, refunds]


def test_a_level_binds_its_agent_alone() -> None:
    decides = policies(declared=with_desk(replace(DESK, autonomy=Autonomy.SUGGEST)))
    assert isinstance(decides.decide(request(REFUND, agent="clerk")), Allow)


def test_a_denial_of_a_level_names_it_and_says_what_to_do() -> None:
    decided = policies(declared=with_desk(replace(DESK, autonomy=Autonomy.SUGGEST))).decide(request())
    assert isinstance(decided, Deny)
    assert decided.policies == ("autonomy:desk:suggest",)
    assert decided.advice.startswith("this agent only suggests")


def test_files_bind_at_every_level() -> None:
    declared = with_desk(replace(DESK, autonomy=Autonomy.AUTONOMOUS))
    decides = policies('@id("it") permit (principal, action in Action::"all:reads", resource);', declared)
    assert isinstance(decides.decide(request()), Deny)


def test_an_expression_asks_where_it_holds_and_permits_nothing() -> None:
    declared = with_tool(replace(REFUND, ask_when="args.amount > 1000"))
    assert policies(declared=declared).decide(refund_of(1000)) == Allow(("granted",))
    asked = policies(declared=declared).decide(refund_of("1000.01"))
    assert isinstance(asked, Ask)
    assert (asked.reason, asked.policies) == ("args.amount > 1000", ("granted", "ask_when:refund"))
    assert isinstance(policies("// nothing is permitted", declared).decide(refund_of(2000)), Deny)


def test_an_expression_may_go_by_the_circumstances() -> None:
    declared = with_tool(replace(REFUND, ask_when="untrusted or (user != None and user in ['eve'])"))
    assert isinstance(policies(declared=declared).decide(request(user="eve")), Ask)
    assert isinstance(policies(declared=declared).decide(request(user="ada")), Allow)


@pytest.mark.parametrize("expression", ["args.amount >", "args.amount * 2 > 3", "amount > 3"])
def test_an_expression_that_cannot_be_a_policy_is_told_by_its_tool(expression: str) -> None:
    with pytest.raises(DefinitionError, match=r"^tool refund: ask_when: expression"):
        policies(declared=with_tool(replace(REFUND, ask_when=expression)))


@pytest.mark.parametrize(
    ("confidence", "kind"), [(0.7, Allow), (0.69999, Ask), (None, Ask), (1.0, Allow), (0.70001, Allow)]
)
def test_less_sure_than_declared_asks(confidence: float | None, kind: type) -> None:
    by_tool = policies(declared=with_tool(replace(REFUND, ask_below_confidence=0.7)))
    by_agent = policies(declared=with_desk(replace(DESK, ask_below_confidence=0.7)))
    for decides in (by_tool, by_agent):
        assert type(decides.decide(request(confidence=confidence))) is kind
    assert isinstance(by_agent.decide(request(LOOK)), Allow)
