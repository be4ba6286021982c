"""Progress stays readable: the same few lines for three nodes or three thousand, in eighty columns."""

import io

import pytest
from rich.console import Console
from rpds import HashTrieMap

from holdfast.flow import Contract, FunctionNode, Handoff, Loop, Map, Sequence
from holdfast.journal.events.turns import CallRequest
from holdfast.journal.fold.agent_state import AgentState, CallState, Phase
from holdfast.journal.fold.state import NodeState, QuestionState, RunState
from holdfast.journal.live import Hint
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.kernel.limits import Budget, Spend
from holdfast.kernel.outcomes import Outcome
from holdfast.surfaces.cli.pursuing.live_view import LiveView
from holdfast.surfaces.cli.pursuing.plain_view import PlainView
from holdfast.surfaces.cli.showing.progress import summary
from tests.observability.journals import RUN, Notebook, called, replied
from tests.orchestration.world import World
from tests.runtime.stage import Stage
from tests.surfaces.cli.tiny_apps import EVIL

NOW = 1_000.0
QUESTION = QuestionState(1, PayloadId("0"), NOW - 5)


def at_work(*nodes: NodeState) -> RunState:
    """A run with these nodes."""
    held: HashTrieMap[str, NodeState] = HashTrieMap()
    for node in nodes:
        held = held.insert(node.path, node)
    return RunState(
        run=RunId("run_0"),
        tenant="t",
        app="review",
        status="EXECUTING",
        input=PayloadId("0"),
        definitions={},
        models={},
        budget=Budget(),
        started_at=NOW - 60,
        spend=Spend(turns=12, tool_calls=34, input_tokens=12_000, output_tokens=300),
        nodes=held,
    )


def agent(
    path: str, phase: Phase, turn: int = 1, tools: tuple[str, ...] = (), retry_at: float | None = None
) -> NodeState:
    calls = tuple(CallState(CallRequest("id", tool, "digest")) for tool in tools)
    state = AgentState(turn=turn, phase=phase, calls=calls, retry_at=retry_at)
    return NodeState(path, "agent", NOW - 5, agent=state)


@pytest.mark.parametrize(
    ("node", "doing"),
    [
        (agent("review/a", Phase.READY, turn=0), "begins · 5.0 s"),
        (agent("review/a", Phase.CALLING, turn=2), "turn 2 · asks the model · 5.0 s"),
        (agent("review/a", Phase.FAILED, retry_at=NOW + 4), "turn 1 · tries the model again in 4.0 s · 5.0 s"),
        (agent("review/a", Phase.REPLIED, tools=("read", "search")), "turn 1 · read, search · 5.0 s"),
        (agent("review/a", Phase.REPLIED, tools=("read",) * 5), "turn 1 · read, read, read and 2 calls more · 5.0 s"),
        (NodeState("review/a", "function", NOW - 5), "function · 5.0 s"),
        (NodeState("review/a", "wait", NOW - 5, wakes_at=NOW + 90), "goes on in 1 min 30 s · 5.0 s"),
        (NodeState("review/a", "decision", NOW - 5, question=QUESTION), "waits for a person · 5.0 s"),
    ],
)
def test_each_row_says_what_is_done_there(node: NodeState, doing: str) -> None:
    assert summary(at_work(node), NOW, rows_max=5).rows == (("a", doing),)


def test_the_run_is_told_with_what_it_has_consumed() -> None:
    told = summary(at_work(agent("review/a", Phase.CALLING)), NOW, rows_max=5)
    assert told.run == "1 min 00 s · 12 turns · 34 tool calls · 12.3k tokens · $0"
    assert told.nodes == "1 running · 0 done"


def many(count: int) -> RunState:
    """A map of ``count`` items, a tenth of them done."""
    keys = tuple(f"file-{index:04}" for index in range(count))
    items = [
        NodeState(
            f"review/scan[{key}]", "function", NOW - index, outcome=Outcome.SUCCEEDED if index % 10 == 0 else None
        )
        for index, key in enumerate(keys)
    ]
    return at_work(NodeState("review/scan", "map", NOW - 50, keys=keys, is_decided=True), *items)


@pytest.mark.parametrize("count", [200, 3_000])
def test_however_many_nodes_there_are_the_rows_stay_few(count: int) -> None:
    told = summary(many(count), NOW, rows_max=8)
    assert told.rows[0] == ("scan", f"{count // 10}/{count} done · 50 s")
    assert len(told.rows) == 7
    assert len(told.rows) + told.left_out == 1 + count * 9 // 10


def test_the_picture_fits_eighty_columns_and_its_screen() -> None:
    drawn = io.StringIO()
    console = Console(file=drawn, width=80, height=12, force_terminal=True, color_system=None, markup=False)
    view = LiveView(console, lambda entry: None)
    console.print(view._drawn(summary(many(500), NOW, rows_max=8), many(500)))
    lines = drawn.getvalue().splitlines()
    assert len(lines) <= 12
    assert all(len(line.rstrip()) <= 80 for line in lines)
    assert "and 444 more" in drawn.getvalue()


def test_what_a_model_says_as_it_says_it_is_shown_and_cannot_steer() -> None:
    book = Notebook()
    book.begin()
    book.write(called(1))
    drawn = io.StringIO()
    console = Console(file=drawn, width=120, height=20, force_terminal=True, color_system=None, markup=False)
    view = LiveView(console, lambda entry: None)
    for note in book.notes:
        view.note(note)  # type: ignore[arg-type]  # a note is an entry in all but name
    view.note(Hint(RUN, "review/turn.1", 1, 0, f"thinking {EVIL}"))
    console.print(view._picture())
    assert "thinking \\x1b]0;owned" in drawn.getvalue()
    assert "\u202e" not in drawn.getvalue()
    book.write(replied(1))
    view.note(book.notes[-1])  # type: ignore[arg-type]  # as above
    console.print(view._picture())
    assert drawn.getvalue().count("thinking") == 1


async def test_rounds_and_turns_get_a_line_each_and_items_a_line_a_tenth() -> None:
    stage = Stage()
    world = World(stage.clock)
    body = FunctionNode("look", "one", input="{'name': 'look', 'seconds': 1}")
    members = (FunctionNode("a", "one", input="{'name': 'a'}"), FunctionNode("b", "one", input="{'name': 'b'}"))
    desk = Handoff("desk", members, (Contract("a", "b", "True", "{}"),), 1)
    items = Map("items", "[1, 2]", Loop("each", body, "True", 1))
    flow = Sequence("root", (Loop("rounds", body, "round == 2", 2), desk, items))
    drawn = io.StringIO()
    view = PlainView(Console(file=drawn, width=120, color_system=None, markup=False), lambda entry: None)
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        async for entry in run.events(follow=False):
            view.note(entry)
    told = [line.partition(" in ")[0] for line in drawn.getvalue().splitlines()]
    assert told == [
        "✓ rounds[1] succeeded",
        "✓ rounds[2] succeeded",
        "✓ rounds succeeded",
        "✓ desk[a.1] succeeded",
        "✓ desk[b.2] succeeded",
        "✓ desk succeeded",
        "… items 1/2 done",
        "… items 2/2 done",
        "✓ items succeeded",
        "✓ root succeeded",
    ]
