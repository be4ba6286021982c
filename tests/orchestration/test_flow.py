"""A flow is data: what is written down is read back the same, and the same flow has the same hash."""

import msgspec
import pytest
from hypothesis import given

from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    Case,
    FunctionNode,
    Map,
    Node,
    Parallel,
    Sequence,
    ToolNode,
    children,
    content_hash,
    from_json,
    kind,
    to_json,
)
from tests.orchestration.flows import flows

LEAF = FunctionNode("leaf", "one")


@given(flows())
def test_a_flow_survives_being_written_down(flow: Node) -> None:
    again = from_json(to_json(flow))
    assert again == flow
    assert to_json(again) == to_json(flow)
    assert content_hash(again) == content_hash(flow)


@given(flows(), flows())
def test_only_the_same_flow_has_the_same_hash(one: Node, other: Node) -> None:
    assert (content_hash(one) == content_hash(other)) == (one == other)


def test_the_hash_of_a_flow_is_the_same_in_every_version() -> None:
    flow = Sequence("root", (LEAF, Parallel("both", (AgentNode("desk", "desk", timeout_seconds=5), LEAF))))
    assert content_hash(flow) == "3f36104de95530492f85e825eeb405a3"


def test_fields_at_their_default_are_not_written() -> None:
    assert to_json(LEAF) == b'{"node":"function","name":"leaf","function":"one"}'


@pytest.mark.parametrize(
    "text", [b"{}", b"[]", b'{"node":"loop","name":"x"}', b'{"node":"agent","name":1,"agent":"a"}']
)
def test_what_is_not_a_flow_is_refused(text: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        from_json(text)


def test_children_come_in_the_order_in_which_they_are_written() -> None:
    one, two, three = (FunctionNode(name, "one") for name in ("one", "two", "three"))
    assert children(Sequence("s", (one, two))) == (one, two)
    assert children(Parallel("p", (two, one))) == (two, one)
    assert children(Branch("b", (Case("x", one), Case("y", two)), three)) == (one, two, three)
    assert children(Map("m", "input", one)) == (one,)
    assert children(LEAF) == ()


def test_each_kind_of_node_has_its_word() -> None:
    nodes = (AgentNode("a", "a"), ToolNode("t", "t"), LEAF, Sequence("s", ()), Parallel("p", ()), Branch("b", ()))
    assert [kind(node) for node in nodes] == ["agent", "tool", "function", "sequence", "parallel", "branch"]
    assert kind(Map("m", "input", LEAF)) == "map"
