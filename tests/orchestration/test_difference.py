"""What differs between two flows is told node by node, and completely; what has moved is told as moved."""

import pytest
from hypothesis import given
from msgspec.structs import replace

from holdfast.orchestration.flow.difference import Change, differences
from holdfast.orchestration.flow.nodes import (
    Branch,
    Case,
    Fallback,
    FunctionNode,
    Loop,
    Map,
    Node,
    Parallel,
    Saga,
    SagaStep,
    Sequence,
    ToolNode,
    Vote,
)
from holdfast.orchestration.flow.places import within
from tests.orchestration.flows import flows

A, B, C = (FunctionNode(name, name) for name in "abc")
BACK = FunctionNode("back", "back")


def told(old: Node, new: Node) -> list[str]:
    return [str(each) for each in differences(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (Sequence("r", (A, B)), Sequence("r", (A, B, C)), ["r/c: function added"]),
        (Sequence("r", (A, B)), Sequence("r", (B,)), ["r/a: function removed"]),
        (Sequence("r", (A, B)), Sequence("r", (B, A)), ['r: order ["a","b"] -> ["b","a"]']),
        (
            Sequence("r", (A, B)),
            Sequence("r", (replace(A, input="input.x", timeout_seconds=3.0), B)),
            ['r/a: input null -> "input.x"', "r/a: timeout_seconds null -> 3.0"],
        ),
        (
            Sequence("r", (A, B)),
            Sequence("r", (replace(A, name="first"), B)),
            ["r/first: function moved from r/a"],
        ),
        (
            Sequence("r", (A, B, C)),
            Sequence("r", (Parallel("p", (A, B), at_once_max=2), C)),
            ["r/p: parallel added", "r/p/a: function moved from r/a", "r/p/b: function moved from r/b"],
        ),
        (
            Sequence("r", (Sequence("s", (A, B)), C)),
            Sequence("r", (C, Loop("l", Sequence("s", (A, B)), "True", 3))),
            ["r/l: loop added", "r/l[]: sequence moved from r/s"],
        ),
        (
            Sequence("r", (A, B)),
            Sequence("r", (Sequence("s", (replace(A, input="1"),)), B)),
            ["r/s: sequence added", "r/s/a: function moved from r/a", 'r/s/a: input null -> "1"'],
        ),
        (Sequence("r", (A,)), Sequence("r", (ToolNode("a", "a"),)), ['r/a: kind "function" -> "tool"']),
        (Sequence("r", (A, B)), Parallel("r", (A, B)), ['r: kind "sequence" -> "parallel"']),
        (Map("m", "input", A), Map("m", "input", B), ['m[]: name "a" -> "b"', 'm[]: function "a" -> "b"']),
        (A, B, ["b: function moved from a", 'b: function "a" -> "b"']),
        (
            Branch("r", (Case("x", A), Case("y", B))),
            Branch("r", (Case("x", A),), B),
            ['r/b: when "y" -> null'],
        ),
        (Vote("r", (A, B), judge=C), Vote("r", (A, B, C)), ['r/c: as "judge" -> "voter"']),
        (
            Saga("r", (SagaStep(A), SagaStep(B))),
            Saga("r", (SagaStep(A, BACK), SagaStep(B, is_irreversible=True))),
            ["r/undo[a]: function added", "r/b: is_irreversible false -> true"],
        ),
        (Fallback("r", (A, B)), Fallback("r", (B, A, C)), ['r: order ["a","b"] -> ["b","a"]', "r/c: function added"]),
    ],
)
def test_each_difference_is_told_once_and_by_its_path(old: Node, new: Node, expected: list[str]) -> None:
    assert told(old, new) == expected


@given(flows())
def test_a_flow_does_not_differ_from_itself(flow: Node) -> None:
    assert differences(flow, flow) == ()


@given(flows(), flows())
def test_two_flows_differ_if_and_only_if_they_are_not_equal(old: Node, new: Node) -> None:
    assert bool(differences(old, new)) == (old != new)


@given(flows(), flows())
def test_every_node_is_accounted_for_in_both_directions(old: Node, new: Node) -> None:
    found = differences(old, new)
    gone = [each.path for each in found if each.change is Change.REMOVED]
    come = [each.path for each in found if each.change is Change.ADDED]
    before, after = [place.path for place in within(old)], [place.path for place in within(new)]
    assert len(before) - len(gone) == len(after) - len(come)
    assert set(gone) <= set(before)
    assert set(come) <= set(after)
    assert {each.was for each in found if each.change is Change.MOVED} <= set(before) - set(gone)
    back = differences(new, old)
    assert len([each for each in back if each.change is Change.ADDED]) == len(gone)
