"""Every wrong flow is refused before it runs, with the path of what is wrong; its good twin passes."""

from typing import Any

import msgspec
import pytest
from hypothesis import given

from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.limits import Budget
from holdfast.orchestration.flow.check import DEPTH_MAX, check_flow
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    Case,
    ChildNode,
    DecisionNode,
    FunctionNode,
    Join,
    Map,
    Node,
    Option,
    Parallel,
    ScriptNode,
    Sequence,
    ToolNode,
    WaitNode,
)
from tests.orchestration.flows import FUNCTIONS, flows
from tests.runtime.stage import desk

ONE, TWO = FunctionNode("one", "one"), FunctionNode("two", "two")


def checked(flow: Node) -> None:
    check_flow(flow, {"desk"}, set(FUNCTIONS), {"pay"}, {"desk": frozenset(("look", "ask"))}, scripts={"plan"})


def root(*steps: Node) -> Sequence:
    return Sequence("root", steps)


def using(text: str, name: str = "uses") -> FunctionNode:
    return FunctionNode(name, "one", input=text)


def nested(depth: int) -> Node:
    flow: Node = ONE
    for level in range(depth - 1):
        flow = Sequence(f"level{level}", (flow,))
    return flow


WRONG: dict[str, tuple[Node, str, Node]] = {
    "a wait without an end": (
        root(WaitNode("wait")),
        "root/wait: expected one of seconds and until, found neither",
        root(WaitNode("wait", seconds=1)),
    ),
    "a wait with two ends": (
        root(WaitNode("wait", seconds=1, until="input")),
        "root/wait: expected one of seconds and until, found both",
        root(WaitNode("wait", until="input")),
    ),
    "a wait of no seconds": (
        root(WaitNode("wait", seconds=0)),
        "root/wait: expected seconds above 0, found 0",
        root(WaitNode("wait", seconds=0.1)),
    ),
    "a wait for what it cannot see": (
        root(WaitNode("wait", until="later")),
        "root/wait: 'later' names later, which it cannot see there: it sees input",
        root(ONE, WaitNode("wait", until="one")),
    ),
    "a question that is no expression": (
        root(DecisionNode("ask", "Send it?")),
        "root/ask: 'Send it?' does not parse",
        root(DecisionNode("ask", "'Send it?'")),
    ),
    "an impact that is no expression": (
        root(DecisionNode("ask", "'?'", (Option("send", "it is sent"),))),
        "root/ask: 'it is sent' does not parse",
        root(DecisionNode("ask", "'?'", (Option("send", "'it is sent'"),))),
    ),
    "an option twice": (
        root(DecisionNode("ask", "'?'", ("yes", Option("yes")))),
        "root/ask: expected different options, found yes, yes",
        root(DecisionNode("ask", "'?'", ("yes", Option("no")))),
    ),
    "an option without a name": (
        root(DecisionNode("ask", "'?'", ("yes", ""))),
        "root/ask: expected options of 1 to 64 characters on one line, found ''",
        root(DecisionNode("ask", "'?'", ("yes", "not yet"))),
    ),
    "an option that is more than a line": (
        root(DecisionNode("ask", "'?'", ("yes\nno",))),
        "root/ask: expected options of 1 to 64 characters on one line",
        root(DecisionNode("ask", "'?'", ("yes",))),
    ),
    "too many options": (
        root(DecisionNode("ask", "'?'", tuple(map(str, range(21))))),
        "root/ask: expected at most 20 options, found 21",
        root(DecisionNode("ask", "'?'", tuple(map(str, range(20))))),
    ),
    "a default that is not offered": (
        root(DecisionNode("ask", "'?'", deadline_seconds=9, at_deadline="maybe")),
        "root/ask: expected at_deadline to be one of approve, reject, found 'maybe'",
        root(DecisionNode("ask", "'?'", deadline_seconds=9, at_deadline="reject")),
    ),
    "a default without a deadline": (
        root(DecisionNode("ask", "'?'", at_deadline="reject")),
        "root/ask: expected deadline_seconds beside at_deadline='reject', found none",
        root(DecisionNode("ask", "'?'", deadline_seconds=9)),
    ),
    "an empty default where the answer is free": (
        root(DecisionNode("ask", "'?'", (), deadline_seconds=9, at_deadline="")),
        "root/ask: expected at_deadline to be an answer, found an empty text",
        root(DecisionNode("ask", "'?'", (), deadline_seconds=9, at_deadline="as it is")),
    ),
    "a deadline at once": (
        root(DecisionNode("ask", "'?'", deadline_seconds=0)),
        "root/ask: expected deadline_seconds above 0, found 0",
        root(DecisionNode("ask", "'?'", deadline_seconds=1)),
    ),
    "an agent that there is not": (
        root(AgentNode("ask", "clerk")),
        "root/ask: expected agent 'clerk' to be one of the app's, found desk",
        root(AgentNode("ask", "desk")),
    ),
    "a function that there is not": (
        root(FunctionNode("do", "four")),
        "root/do: expected function 'four' to be one of the app's, found one, three, two",
        root(FunctionNode("do", "three")),
    ),
    "a script that there is not": (
        root(ScriptNode("do", "scan")),
        "root/do: expected script 'scan' to be one of the app's, found plan",
        root(ScriptNode("do", "plan")),
    ),
    "a script whose input cannot be seen": (
        root(ScriptNode("do", "plan", input="later")),
        "names later, which it cannot see there",
        root(ScriptNode("do", "plan", input="input")),
    ),
    "a script none of whose steps may run": (
        root(ScriptNode("do", "plan", at_once_max=0)),
        "root/do: expected at_once_max above 0, found 0",
        root(ScriptNode("do", "plan", at_once_max=1)),
    ),
    "a tool that there is not": (
        root(ToolNode("do", "one")),
        "root/do: expected tool 'one' to be one of the app's, found pay",
        root(ToolNode("do", "pay")),
    ),
    "a grant beyond the agent's": (
        root(AgentNode("ask", "desk", tools=("look", "pay"))),
        "root/ask: expected a subset of the tools of agent 'desk', found ['pay'] besides",
        root(AgentNode("ask", "desk", tools=("look",))),
    ),
    "a name that cannot stand in a path": (root(FunctionNode("Do It", "one")), "node name 'Do It' cannot", root(ONE)),
    "a name that expressions use": (
        root(FunctionNode("item", "one")),
        "root/item: expected another name, found 'item'",
        root(FunctionNode("items", "one")),
    ),
    "two siblings of one name": (
        root(ONE, TWO, ONE),
        "root: expected the nodes below it to have different names, found ['one', 'one', 'two']",
        root(ONE, TWO),
    ),
    "two cases of one name": (
        Branch("root", (Case("True", ONE), Case("False", ONE))),
        "root: expected the nodes below it to have different names",
        Branch("root", (Case("True", ONE), Case("False", TWO))),
    ),
    "an empty sequence": (root(Sequence("none", ())), "root/none: expected at least one node below it", root(ONE)),
    "an empty parallel": (root(Parallel("none", ())), "root/none: expected at least one node below it", root(ONE)),
    "an empty branch": (root(Branch("none", ())), "root/none: expected at least one node below it", root(ONE)),
    "a quorum that is not there": (
        Parallel("root", (ONE,), join=Join.QUORUM),
        "root: expected a quorum from 1 to 1, found None",
        Parallel("root", (ONE,), join=Join.QUORUM, quorum=1),
    ),
    "a quorum that can never be": (
        Parallel("root", (ONE, TWO), join=Join.QUORUM, quorum=3),
        "root: expected a quorum from 1 to 2, found 3",
        Parallel("root", (ONE, TWO), join=Join.QUORUM, quorum=2),
    ),
    "a quorum of none over items": (
        Map("root", "input", ONE, join=Join.QUORUM, quorum=0),
        "root: expected a quorum of at least 1, found 0",
        Map("root", "input", ONE, join=Join.QUORUM, quorum=1),
    ),
    "a quorum that nobody asks for": (
        Parallel("root", (ONE, TWO), quorum=1),
        "root: expected join=Join.QUORUM beside a quorum, found join='all'",
        Parallel("root", (ONE, TWO)),
    ),
    "nobody at once": (
        Parallel("root", (ONE,), at_once_max=0),
        "root: expected at_once_max above 0, found 0",
        Parallel("root", (ONE,), at_once_max=1),
    ),
    "no items": (
        Map("root", "input", ONE, items_max=0),
        "root: expected items_max above 0, found 0",
        Map("root", "input", ONE, items_max=1),
    ),
    "no time": (
        root(FunctionNode("do", "one", timeout_seconds=0)),
        "root/do: expected timeout_seconds above 0, found 0",
        root(FunctionNode("do", "one", timeout_seconds=0.1)),
    ),
    "all the time": (
        Map("root", "input", ONE, item_timeout_seconds=float("inf")),
        "root: expected item_timeout_seconds above 0, found inf",
        Map("root", "input", ONE, item_timeout_seconds=1e6),
    ),
    "no time for a branch": (
        Parallel("root", (ONE,), branch_timeout_seconds=-1),
        "root: expected branch_timeout_seconds above 0, found -1",
        Parallel("root", (ONE,), branch_timeout_seconds=1),
    ),
    "an expression that does not parse": (
        root(using("input +")),
        "root/uses: 'input +' does not parse",
        root(using("input + 1")),
    ),
    "a guard that does not parse": (
        Branch("root", (Case("not", ONE),)),
        "root: 'not' does not parse",
        Branch("root", (Case("not input", ONE),)),
    ),
    "a later step": (
        root(using("one"), ONE),
        "root/uses: 'one' names one, which it cannot see there: it sees input",
        root(ONE, using("one")),
    ),
    "itself": (root(using("uses")), "root/uses: 'uses' names uses", root(using("input"))),
    "another branch": (
        Parallel("root", (ONE, using("one"))),
        "root/uses: 'one' names one, which it cannot see there",
        root(ONE, Parallel("both", (TWO, using("one")))),
    ),
    "the inside of an earlier step": (
        root(Sequence("first", (ONE,)), using("one")),
        "root/uses: 'one' names one, which it cannot see there: it sees first, input",
        root(Sequence("first", (ONE,)), using("first")),
    ),
    "an item outside of a map": (
        root(using("item")),
        "root/uses: 'item' names item",
        Map("root", "input", using("[item, key]")),
    ),
    "an item in what is mapped over": (
        Map("root", "item.parts", ONE),
        "root: 'item.parts' names item",
        Map("root", "input", Map("inner", "item.parts", ONE)),
    ),
    "something of the run in a key": (
        Map("root", "input", ONE, key="input.name"),
        "root: 'input.name' names input, which it cannot see there: it sees index, item",
        Map("root", "input", ONE, key="item.name"),
    ),
    "a place deep inside": (
        root(Map("m", "input", Branch("b", (Case("True", root(Parallel("p", (using("no"),)))),)))),
        "root/m[]/root/p/uses: 'no' names no",
        root(Map("m", "input", Branch("b", (Case("True", root(Parallel("p", (using("item"),)))),)))),
    ),
    "an agent in the place of a node": (
        Sequence("root", (desk(),)),  # type: ignore[arg-type]  # what is wrong with it
        "root: expected nodes made of plain data, found something else: Object missing required field `node`",
        root(AgentNode("desk", "desk")),
    ),
    "an agent in the place of its name": (
        AgentNode("root", desk()),  # type: ignore[arg-type]  # what is wrong with it
        "root: expected nodes made of plain data, found something else: Expected `str`, got `object` - at `$.agent`",
        AgentNode("root", "desk"),
    ),
    "a pair in the place of a case": (
        Branch("root", (("True", ONE),)),  # type: ignore[arg-type]  # what is wrong with it
        "root: expected nodes made of plain data, found something else: Expected `object`, got `array` - at `$.cases",
        Branch("root", (Case("True", ONE),)),
    ),
    "an app whose name can be none": (
        root(ChildNode("kid", "Of Mine")),
        "root/kid: the app's name 'Of Mine' cannot stand in a step path",
        root(ChildNode("kid", "of_mine")),
    ),
    "a child run that may do nothing": (
        root(ChildNode("kid", "kid", budget=Budget(turns=0))),
        "root/kid: expected budget.turns above 0, found 0",
        root(ChildNode("kid", "kid", budget=Budget(turns=1))),
    ),
    "a child run given what cannot be seen": (
        root(ChildNode("kid", "kid", input="later")),
        "root/kid: 'later' names later, which it cannot see there",
        root(ChildNode("kid", "kid", input="input.later")),
    ),
    "too many levels": (nested(DEPTH_MAX + 1), f"expected at most {DEPTH_MAX} levels of nodes", nested(DEPTH_MAX)),
    "far too many levels": (nested(5_000), "recursion depth exceeded", nested(2)),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_flow_is_refused_with_its_path_and_its_good_twin_passes(what: str) -> None:
    wrong, told, good = WRONG[what]
    with pytest.raises(DefinitionError) as refused:
        checked(wrong)
    assert told in str(refused.value)
    checked(good)


@given(flows())
def test_what_is_well_made_passes(flow: Node) -> None:
    checked(flow)


def test_lists_will_do_in_the_place_of_tuples() -> None:
    steps: Any = [ONE, using("one")]
    checked(msgspec.structs.replace(root(), steps=steps))
