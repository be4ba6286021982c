"""Only the policies that can bear on a call are looked at, and it makes no difference to what is decided."""

import cedarpy
import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.governance.policy.schema import schema_of
from holdfast.governance.policy.shapes import quoted
from holdfast.governance.verdict import Allow, Ask, CallRequest, Deny, Verdict
from holdfast.kernel.provenance import Trust
from tests.governance.policy.shop import LABEL, LOOK, REFUND, SHOP, policies, request

PRINCIPALS = st.sampled_from(
    [
        "principal",
        'principal == Agent::"desk"',
        'principal == Agent::"clerk"',
        "principal is Agent",
        "principal is Node",
    ]
)
NAMES = ["refund", "label", "look"]
GROUPS = sorted({group for tool in SHOP.tools for group in tool.groups})
ACTIONS = st.one_of(
    st.just("action"),
    st.sampled_from(NAMES).map(lambda name: f"action == Action::{quoted(name)}"),
    st.sampled_from(GROUPS).map(lambda name: f"action in Action::{quoted(name)}"),
    st.lists(st.sampled_from(NAMES + GROUPS), min_size=1, max_size=3).map(
        lambda names: f"action in [{', '.join(f'Action::{quoted(name)}' for name in names)}]"
    ),
)
CONDITIONS = st.sampled_from(
    [
        "",
        " when { context.untrusted }",
        " unless { context.untrusted }",
        ' when { context.args.order_id == "1" }',
        ' when { context has user && context.user == "ada" }',
        " when { context.turns < 2 }",
    ]
)
POLICIES = st.builds(
    "{} ({}, {}, resource){};".format, st.sampled_from(["permit", "permit", "forbid"]), PRINCIPALS, ACTIONS, CONDITIONS
)
VERDICTS = st.sampled_from(["", '@verdict("ask") ', '@verdict("ask_if_permitted") '])


@st.composite
def texts(draw: st.DrawFn) -> str:
    found = draw(st.lists(st.tuples(VERDICTS, POLICIES), max_size=6))
    return "\n".join((verdict if policy.startswith("permit") else "") + policy for verdict, policy in found)


REQUESTS = st.builds(
    lambda tool, agent, order, user, turns, trust: request(
        tool, agent=agent, user=user, turns=turns, trust=trust, arguments={"order_id": order, "amount": 5}
        if tool is REFUND else {"order_id": order},
    ),
    st.sampled_from([REFUND, LABEL, LOOK]),
    st.sampled_from(["desk", "clerk", None]),
    st.sampled_from(["1", "2"]),
    st.sampled_from([None, "ada", "bob"]),
    st.integers(0, 3),
    st.sampled_from(list(Trust)),
)  # fmt: skip


def by_cedar_alone(text: str, asked: CallRequest) -> tuple[bool, set[str]]:
    """What Cedar says with all policies, every entity and the whole context."""
    context: dict[str, object] = {
        "args": asked.arguments if asked.tool != "refund" else {"order_id": asked.arguments["order_id"]},
        "untrusted": asked.trust is Trust.UNTRUSTED,
        "turns": asked.turns,
    }
    if asked.user is not None:
        context["user"] = asked.user
    above = {tool.name: [{"type": "Action", "id": group} for group in tool.groups] for tool in SHOP.tools}
    entities = [
        {"uid": {"type": "Action", "id": name}, "attrs": {}, "parents": groups} for name, groups in above.items()
    ]
    principal = {"type": "Node", "id": asked.node} if asked.agent is None else {"type": "Agent", "id": asked.agent}
    answer = cedarpy.is_authorized(
        {
            "principal": principal,
            "action": {"type": "Action", "id": asked.tool},
            "resource": {"type": "App", "id": "shop"},
            "context": msgspec.json.encode(context).decode(),
        },
        text,
        entities,
    )
    return answer.allowed, {f"shop.cedar#{int(name.removeprefix('policy')) + 1}" for name in answer.diagnostics.reasons}


def fits(text: str) -> bool:
    return cedarpy.validate_policies(text, schema_of(SHOP)).validation_passed


@settings(max_examples=300)
@given(texts().filter(fits), REQUESTS)
def test_a_slice_decides_as_all_policies_together(text: str, asked: CallRequest) -> None:
    decided: Verdict = policies(text or "// none").decide(asked)
    is_allowed, names = by_cedar_alone(text, asked)
    match decided:
        case Allow(held) | Ask(policies=held):
            assert is_allowed
            assert set(held) == names
        case Deny(policies=held) if held:
            assert not is_allowed
            assert set(held) == names
        case Deny():
            lines = text.splitlines()
            permits = {name for name in names if '"ask_if_permitted"' not in lines[int(name.rpartition("#")[2]) - 1]}
            assert not permits or not is_allowed


def test_an_argument_that_no_declaration_has_is_never_overlooked() -> None:
    decides = policies("permit (principal, action, resource);")
    assert isinstance(decides.decide(request(LABEL, arguments={"order_id": "1", "as": "boss"})), Deny)


def test_a_policy_about_other_tools_and_agents_costs_nothing() -> None:
    scope = '(principal == Agent::"clerk", action == Action::"refund", resource)'
    many = "\n".join(f'@id("p{n}") permit {scope} when {{ context.turns == {n} }};' for n in range(500))
    decides = policies(many + '@id("it") permit (principal == Agent::"desk", action == Action::"look", resource);')
    found = decides.bearing_on("look", "desk")
    assert found is not None
    assert list(found.policies) == ["it"]
