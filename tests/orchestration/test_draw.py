"""A flow's picture says what the flow says, stays valid whatever the names, and shows how a run stands."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rpds import HashTrieMap

from holdfast.journal.events.scripts import CallKind, ScriptCall
from holdfast.journal.fold.script_state import ScriptState, ScriptTurn
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.kernel.limits import Budget
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.draw import Knowledge, draw_mermaid, draw_text
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    Case,
    ChildNode,
    DecisionNode,
    Fallback,
    FunctionNode,
    Join,
    Loop,
    Map,
    Node,
    Option,
    Parallel,
    Saga,
    SagaStep,
    ScriptNode,
    Sequence,
    ToolNode,
    Vote,
    WaitNode,
)
from holdfast.orchestration.flow.review import Criterion, Review

FLOW = Sequence(
    "review",
    (
        FunctionNode("inventory", "take_inventory", timeout_seconds=30),
        Parallel(
            "specialists",
            (
                AgentNode("secrets", "secrets", tools=("list_files", "read_lines")),
                AgentNode("injection", "code", input="inventory.files"),
            ),
            join=Join.QUORUM,
            quorum=1,
            branch_timeout_seconds=60,
        ),
        Map("scan", "inventory.shards", AgentNode("shard", "code"), key="item.name", join=Join.BEST_EFFORT),
        Branch("route", (Case("size(scan) > 0", ToolNode("trace", "trace")),), FunctionNode("done", "done")),
    ),
    timeout_seconds=600,
)
KNOWN = Knowledge(
    models={"secrets": "offline:review", "code": "large"}, grants={"code": frozenset({"search", "read_lines"})}
)


def test_the_text_shows_joins_limits_guards_timeouts_tools_and_models() -> None:
    assert draw_text(FLOW, KNOWN).splitlines() == [
        "review  sequence · within 600 s",
        "├── inventory  function · take_inventory · within 30 s",
        "├── specialists  parallel · quorum of 1 · 8 at once · each within 60 s",
        "│   ├── secrets  agent · model offline:review · tools list_files, read_lines",
        "│   └── injection  agent · code · model large · tools read_lines, search · input inventory.files",
        "├── scan  map · over inventory.shards · key item.name · best effort · 8 at once · at most 1,000 items",
        "│   └── each: shard  agent · code · model large · tools read_lines, search",
        "└── route  branch",
        "    ├── if size(scan) > 0: trace  tool",
        "    └── otherwise: done  function",
    ]


def test_a_wait_says_how_long_and_a_question_what_can_be_chosen() -> None:
    flow = Sequence(
        "root",
        (
            WaitNode("pause", seconds=90),
            WaitNode("morning", until="input.at"),
            DecisionNode("ask", "'Send?'", ("yes", Option("no", "'lost'")), deadline_seconds=60, at_deadline="no"),
            DecisionNode("free", "'What?'", (), deadline_seconds=60),
        ),
    )
    assert draw_text(flow).splitlines() == [
        "root  sequence",
        "├── pause  wait · for 90 s",
        "├── morning  wait · until input.at",
        "├── ask  decision · asks 'Send?' · yes | no · after 60 s no",
        "└── free  decision · asks 'What?' · free answer · after 60 s it fails",
    ]
    assert "decision" in draw_mermaid(flow)


def test_a_saga_shows_what_undoes_each_step_and_what_nothing_does() -> None:
    flow = Saga(
        "join",
        (
            SagaStep(ToolNode("account", "open"), ToolNode("shut", "close", input="{'id': result.id}")),
            SagaStep(ToolNode("mail", "mail"), is_irreversible=True),
            SagaStep(ToolNode("badge", "badge")),
        ),
    )
    assert draw_text(flow).splitlines() == [
        "join  saga",
        "├── account  tool · open",
        "├── undo account: shut  tool · close · input {'id': result.id}",
        "├── irreversible: mail  tool",
        "└── badge  tool",
    ]
    assert '    n1 -.->|"undo"| n4' in draw_mermaid(flow).splitlines()
    run = standing({"join": Outcome.FAILED, "join/account": Outcome.SUCCEEDED, "join/undo[account]": None})
    assert draw_text(flow, Knowledge(run=run)).splitlines()[2].startswith("├── undo account: … shut")


def test_a_flow_can_be_drawn_with_nothing_else_known() -> None:
    assert "secrets  agent · tools list_files, read_lines" in draw_text(FLOW)
    assert "model" not in draw_text(FLOW)


def test_the_text_names_the_app_that_a_child_run_is_of() -> None:
    node = ChildNode("check", "checks", input="item", timeout_seconds=9)
    assert draw_text(node) == "check  child · run of checks · input item · within 9 s"


def test_the_text_shows_how_a_run_stands() -> None:
    run = standing(
        {
            "review": None,
            "review/inventory": Outcome.SUCCEEDED,
            "review/specialists": Outcome.PARTIAL,
            "review/specialists/secrets": Outcome.SUCCEEDED,
            "review/specialists/injection": Outcome.FAILED,
            "review/scan": None,
            "review/scan[a]": Outcome.SUCCEEDED,
            "review/scan[b%2Fc]": None,
        },
        keys=("a", "b/c", "d"),
    )
    drawn = draw_text(FLOW, Knowledge(run=run)).splitlines()
    assert [line.lstrip("│├└─ ")[:12] for line in drawn] == [
        "… review  se",
        "✓ inventory ",
        "◐ specialist",
        "✓ secrets  a",
        "✗ injection ",
        "… scan  map ",
        "each: shard ",
        "· route  bra",
        "if size(scan",
        "otherwise: ·",
    ]
    assert drawn[5].endswith("1/3 done")


def test_the_diagram_nests_composites_and_labels_the_ways_of_a_branch() -> None:
    assert draw_mermaid(FLOW).splitlines() == [
        "flowchart TD",
        '    subgraph n0["review<br/>sequence · within 600 s"]',
        '        n1["inventory<br/>function · take_inventory · within 30 s"]',
        '        subgraph n2["specialists<br/>parallel · quorum of 1 · 8 at once · each within 60 s"]',
        '            n3["secrets<br/>agent · tools list_files, read_lines"]',
        '            n4["injection<br/>agent · code · input inventory.files"]',
        "        end",
        (
            '        subgraph n5["scan<br/>map · over inventory.shards · key item.name · best effort · 8 at once · '
            'at most 1,000 items"]'
        ),
        '            n6["shard<br/>agent · code"]',
        "        end",
        '        subgraph n7["route<br/>branch"]',
        '            n8["trace<br/>tool"]',
        '            n9["done<br/>function"]',
        '            n10{"route?"}',
        "        end",
        "    end",
        '    n10 -->|"size#40;scan#41; #62; 0"| n8',
        '    n10 -->|"otherwise"| n9',
        "    n1 --> n2",
        "    n2 --> n5",
        "    n5 --> n7",
    ]


@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_the_diagram_colours_whatever_has_begun(outcome: Outcome | None) -> None:
    drawn = draw_mermaid(FLOW, Knowledge(run=standing({"review": outcome}))).splitlines()
    assert re.fullmatch(r"    class n0 (running|done|failed|ended)", drawn[-1])


NASTY = st.text(alphabet='"`<>&#;|()[]{}\n\\%end -x→\u202e', min_size=1, max_size=12)
LINES = (
    r"flowchart TD",
    r' *subgraph n\d+\["[^"\n]*"\]',
    r" *end",
    r' *n\d+\["[^"\n]*"\]',
    r' *n\d+\{"[^"\n]*"\}',
    r"    n\d+ --> n\d+",
    r'    n\d+ -->\|"[^"\n]*"\| n\d+',
    r'    n\d+ -\.->\|"undo"\| n\d+',
)


def _flows() -> st.SearchStrategy[Node]:
    leaves = st.builds(FunctionNode, NASTY, NASTY, st.none() | NASTY)

    def composites(below: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        some = st.lists(below, min_size=1, max_size=3).map(tuple)
        cases = st.lists(st.builds(Case, NASTY, below), min_size=1, max_size=2).map(tuple)
        return (
            st.builds(Sequence, NASTY, some)
            | st.builds(Parallel, NASTY, some)
            | st.builds(Branch, NASTY, cases, st.none() | below)
            | st.builds(Map, NASTY, NASTY, below)
            | st.builds(Vote, NASTY, some, judge=st.none() | below)
            | st.builds(Fallback, NASTY, some)
            | st.builds(Loop, NASTY, below, NASTY, st.integers(1, 9))
            | st.builds(Saga, NASTY, st.lists(st.builds(SagaStep, below, st.none() | leaves), min_size=1).map(tuple))
        )

    return st.recursive(leaves, composites, max_leaves=8)


@given(_flows())
def test_no_name_or_expression_can_break_the_syntax_of_the_diagram(flow: Node) -> None:
    lines = draw_mermaid(flow).rstrip("\n").split("\n")
    depth = 0
    defined: set[str] = set()
    for line in lines:
        assert any(re.fullmatch(pattern, line) for pattern in LINES), line
        depth += line.lstrip().startswith("subgraph ") - (line.strip() == "end")
        assert depth >= 0
        if "-->" in line or "-.->" in line:
            assert set(re.findall(r"\bn\d+\b", re.sub(r'"[^"]*"', "", line))) <= defined
        else:
            defined.update(re.findall(r"\bn\d+\b", re.sub(r'"[^"]*"', "", line)))
    assert depth == 0


def test_a_script_is_drawn_as_opaque_and_with_a_run_so_is_what_it_has_called() -> None:
    flow = Sequence("review", (ScriptNode("plan", "planning", input="input.goal"),))
    told = "plan  script · planning · opaque: its steps are known once it asks for them · input input.goal"
    assert draw_text(flow).splitlines()[1] == f"└── {told}"
    run = standing({"review": None, "review/plan": None, "review/plan/look.2": Outcome.SUCCEEDED})
    calls = (ScriptCall("nap", CallKind.SLEEP, value=1.0), ScriptCall("look.2", CallKind.TOOL, "look"))
    plan = replace(run.nodes["review/plan"], script=ScriptState((ScriptTurn((), calls),)))
    known = Knowledge(run=replace(run, nodes=run.nodes.insert("review/plan", plan)))
    assert draw_text(flow, known).splitlines()[1:] == [f"└── … {told}", "    └── ✓ look.2  tool · look"]
    assert 'n2["✓ look.2<br/>tool · look"]' in draw_mermaid(flow, known)


def standing(outcomes: dict[str, Outcome | None], keys: tuple[str, ...] = ()) -> RunState:
    """A run whose nodes stand like this; a map among them has these keys."""
    nodes: HashTrieMap[str, NodeState] = HashTrieMap()
    for path, outcome in outcomes.items():
        is_map = path.endswith("/scan")
        node = NodeState(path, "any", 0.0, outcome=outcome, is_decided=is_map, keys=keys if is_map else ())
        nodes = nodes.insert(path, node)
    return RunState(
        run=RunId("run_0"),
        tenant="t",
        app="review",
        status="EXECUTING",
        input=PayloadId("0"),
        definitions={},
        models={},
        budget=Budget(),
        started_at=0.0,
        nodes=nodes,
    )


REVIEW = Review(
    criteria=(Criterion("cites", "len(result.sources) > 0", otherwise="cite"),),
    check=AgentNode("ground", "code", input="result"),
    revise=Sequence("improve", (ToolNode("look", "look"), AgentNode("better", "code"))),
    rounds_max=1,
)


def test_the_text_shows_what_is_asked_of_the_result_after_the_flow() -> None:
    known = Knowledge(review=REVIEW)
    assert draw_text(FunctionNode("essay", "write"), known).splitlines() == [
        "essay  function · write",
        "review  at most 1 round, then a person",
        "├── cites  len(result.sources) > 0",
        "├── check: ground  agent · code · input result",
        "└── revise: improve  sequence",
        "    ├── look  tool",
        "    └── better  agent · code",
    ]
    alone = Knowledge(review=Review(criteria=REVIEW.criteria))
    assert draw_text(FunctionNode("essay", "write"), alone).splitlines()[1:] == [
        "review  then a person",
        "└── cites  len(result.sources) > 0",
    ]


def test_the_mermaid_picture_shows_the_way_from_the_result_through_a_revision_and_back() -> None:
    drawn = draw_mermaid(FunctionNode("essay", "write"), Knowledge(review=REVIEW)).splitlines()
    assert [line.strip() for line in drawn] == [
        "flowchart TD",
        'n0["essay<br/>function · write"]',
        'n1{"review<br/>cites  len#40;result.sources#41; #62; 0"}'.replace("cites  len", "cites len"),
        'n2(["a person decides"])',
        'n3["ground<br/>agent · code · input result"]',
        'subgraph n4["improve<br/>sequence"]',
        'n5["look<br/>tool"]',
        'n6["better<br/>agent · code"]',
        "end",
        "n0 --> n1",
        'n1 -.->|"check"| n3',
        "n5 --> n6",
        'n1 -->|"unmet, at most 1 round, then a person"| n4',
        "n4 --> n1",
        'n1 -->|"unmet"| n2',
    ]
