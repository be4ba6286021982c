"""What runs share: versions, stale writes that are refused with both values, snapshots, writers, an agent's own."""

import asyncio
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import Agent, App, Effect, Private, Provided, Secret, Shared, Variables, tool
from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.secrets.grants import Grant
from holdfast.integration.secrets.memory import MemoryVault
from holdfast.journal.events import StepEnded
from holdfast.journal.port import Commit, CommitResult
from holdfast.journal.shared import Board, Place, SharedValue, SharedWrite
from holdfast.journal.stores.memory import MemoryStore
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.kernel.retry import Retry
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Block,
    FunctionNode,
    Map,
    Node,
    Parallel,
    Sequence,
)
from holdfast.orchestration.run.handle import Run
from holdfast.prompts.prompt import Prompt
from holdfast.testing.conformance.journal.samples import RUN
from tests.orchestration.lives import live
from tests.runtime.stage import SCRIPTED, Stage, events_of, of_kind


@tool(effect=Effect.READ)
async def add(name: str, amount: int = 1, seconds: float = 0.0, *, shared: Provided[Shared]) -> int:
    """Add to a shared number, a while after it was read."""
    found = await shared.get(name, 0)
    assert isinstance(found.value, int)
    await CLOCKS[0].sleep(seconds)
    shared.put(name, found.value + amount, version=found.version)
    return found.version


@tool(effect=Effect.READ)
async def look(name: str, seconds: float = 0.0, *, shared: Provided[Shared]) -> dict[str, Any]:
    """Look at a shared value, a while after being asked."""
    await CLOCKS[0].sleep(seconds)
    found = await shared.get(name)
    return {"value": found.value, "version": found.version}


@tool(effect=Effect.READ)
async def drop(name: str, *, shared: Provided[Shared]) -> None:
    """Remove a shared value."""
    shared.remove(name, version=(await shared.get(name)).version)


FUNCTIONS = (add, look, drop)
KEY = "AKIAQ3EGRZ5T2HW7XJ4M"
CLOCKS: list[Any] = []
"""The clock of the stage that is played on."""


def staged() -> Stage:
    stage = Stage()
    CLOCKS[:] = [stage.clock]
    return stage


def app(flow: Node, **more: Any) -> App:
    return App(flow.name, flow, functions=FUNCTIONS, input=object, **more)


def adding(name: str = "root", to: str = "'stock'", seconds: float = 0.0, **more: Any) -> FunctionNode:
    return FunctionNode(name, "add", f"{{'name': {to}, 'seconds': {seconds}}}", **more)


def looking(name: str, seconds: float = 0.0) -> FunctionNode:
    return FunctionNode(name, "look", f"{{'name': 'stock', 'seconds': {seconds}}}")


async def shared(stage: Stage, of: str = "root") -> dict[str, tuple[int, bytes | None]]:
    """Return what lies in the store, by name: version and JSON."""
    found: list[SharedValue] = list(stage.disk.desk.read("default", of, None))
    return {each.name: (each.version, each.body) for each in found}


async def test_what_one_run_writes_another_reads_with_its_version() -> None:
    stage = staged()
    async with stage.runtime(apps=[app(adding()), app(looking("other"))]) as runtime:
        for version in range(3):
            assert await stage.result(await runtime.start("root", None)) == version
        assert await shared(stage) == {"stock": (3, b"3")}
        assert await stage.result(await runtime.start("other", None)) == {"value": None, "version": 0}, "of another app"


async def test_no_secret_is_shared() -> None:
    stage = staged()

    @tool(effect=Effect.READ)
    async def find(*, declared: Annotated[Secret, "secret://api"], shared: Provided[Shared]) -> None:
        """Find secrets, and tell all runs of them."""
        shared.put("stock", {"found": f"it is {KEY}", "declared": declared.reveal()}, version=0)

    vault = MemoryVault()
    vault.put("api", Grant(value="sesame-open-sesame"))
    flow = App("root", FunctionNode("root", "find", "{}"), functions=(find,), input=object)
    async with stage.runtime(apps=[flow], secrets=[vault]) as runtime:
        await stage.result(await runtime.start("root", None))
        _, body = (await shared(stage))["stock"]
    assert body == b'{"declared":"[secret:api]","found":"it is [secret]"}'


async def test_a_write_is_journalled_with_the_step_that_made_it() -> None:
    stage = staged()
    async with stage.runtime(apps=[app(adding())]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        (ended,) = of_kind(await events_of(run), StepEnded)
    assert [(each.name, each.version) for each in ended.shared] == [("stock", 1)]


async def test_a_stale_write_is_refused_and_both_values_are_told() -> None:
    stage = staged()
    async with stage.runtime(apps=[app(adding(seconds=5))]) as runtime:
        first = await runtime.start("root", None)
        await stage.clock.advance(1)
        second = await runtime.start("root", None)
        await stage.ended(first)
        state = await stage.ended(second)
    assert state.fault is not None
    assert (state.outcome, state.fault.kind, state.fault.retryable) == (Outcome.FAILED, ErrorKind.CONFLICT, True)
    assert state.fault.message == (
        f"expected stock at version 0, found version 1, written by run {first.id}: yours is 1, theirs is 1"
    )
    assert await shared(stage) == {"stock": (1, b"1")}


async def test_a_node_that_is_tried_again_reads_what_is_there_then() -> None:
    stage = staged()
    flow = adding(seconds=1, retry=Retry(attempts_max=20, seconds_first=5.0))
    async with stage.runtime(apps=[app(flow)]) as runtime:
        runs = [await runtime.start("root", None) for _ in range(4)]
        for run in runs:
            assert (await stage.ended(run)).outcome is Outcome.SUCCEEDED
    assert await shared(stage) == {"stock": (4, b"4")}


async def test_a_step_reads_what_the_step_before_it_wrote() -> None:
    stage = staged()
    flow = Sequence("root", (adding("one"), adding("two"), looking("three")))
    async with stage.runtime(apps=[app(flow)]) as runtime:
        assert await stage.result(await runtime.start("root", None)) == {"value": 2, "version": 2}


async def test_of_branches_that_write_the_same_value_one_is_refused() -> None:
    stage = staged()
    flow = Map("root", "['a', 'b']", adding("each", seconds=1.0))
    async with stage.runtime(apps=[app(flow)]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert state.fault is not None
    assert (state.fault.kind, await shared(stage)) == (ErrorKind.CONFLICT, {"stock": (1, b"1")})


async def test_what_was_removed_is_read_as_nothing_and_goes_on_counting() -> None:
    stage = staged()
    flow = Sequence("root", (adding("one"), FunctionNode("two", "drop", "{'name': 'stock'}"), looking("three")))
    async with stage.runtime(apps=[app(flow)]) as runtime:
        assert await stage.result(await runtime.start("root", None)) == {"value": None, "version": 2}


@pytest.mark.parametrize("around", ["parallel", "map", "block"])
async def test_inside_a_snapshot_all_see_what_is_shared_at_one_version(around: str) -> None:
    stage = staged()
    late = looking("late", 10)
    flows: dict[str, Node] = {
        "parallel": Parallel("root", (looking("soon"), late), snapshot=True),
        "map": Map(
            "root", "[0, 10]", FunctionNode("each", "look", "{'name': 'stock', 'seconds': item}"), snapshot=True
        ),
        "block": Block("root", Sequence("in", (looking("soon"), late)), snapshot=True),
    }
    writer = App("root", Sequence("root", (adding("one"), adding("two"))), functions=FUNCTIONS, input=object)
    async with stage.runtime() as runtime:
        await stage.ended(await runtime.start(writer, None))
    async with stage.runtime(apps=[app(flows[around])]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(5)
        (kept,) = stage.disk.desk.read("default", "root", None)
        stage.disk.desk.write(RUN, [SharedWrite("default", "root", kept.name, kept.version, b"99")], stage.clock.now())
        value = await stage.result(run)
        seen = {"value": 2, "version": 2}
        assert value == {"parallel": {"soon": seen, "late": seen}, "map": [seen, seen], "block": seen}[around]


async def test_a_write_from_inside_a_snapshot_is_based_on_what_was_pinned() -> None:
    stage = staged()
    flow = Parallel("root", (adding("soon"), adding("late", seconds=1.0)), snapshot=True)
    async with stage.runtime(apps=[app(flow)]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert state.fault is not None
    assert (state.fault.kind, await shared(stage)) == (ErrorKind.CONFLICT, {"stock": (1, b"1")})


async def test_only_declared_writers_write_what_matches_their_pattern() -> None:
    stage = staged()
    flow = Sequence("root", (adding("one"), adding("two", "'notes.x'")))
    async with stage.runtime(apps=[app(flow, shared_writers={"stock*": ["add"], "notes.*": ["drop"]})]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.NOT_GRANTED
    assert "expected notes.x to be written by drop, found add writing it" in state.fault.message
    assert await shared(stage) == {"stock": (1, b"1")}


def test_writers_that_the_app_does_not_have_are_refused() -> None:
    with pytest.raises(DefinitionError, match="to be agents, functions or tools of it, found nobody"):
        app(adding(), shared_writers={"a": ["nobody"]})


def test_a_function_that_changes_the_world_or_is_not_awaited_shares_nothing() -> None:
    async def pay(*, shared: Provided[Shared]) -> None:
        """Pay."""

    def count(*, shared: Provided[Shared]) -> None:
        """Count."""

    with pytest.raises(DefinitionError, match="is declared unsafe and takes Shared"):
        tool(pay)
    with pytest.raises(DefinitionError, match="takes Shared, which is awaited"):
        tool(effect=Effect.READ)(count)


@tool(effect=Effect.PURE)
async def note(text: str, *, mine: Provided[Private]) -> list[object]:
    """Note something for later."""
    notes = mine.get("notes", [])
    assert isinstance(notes, list)
    mine.put("notes", [*notes, text])
    return [*notes, text]


@tool(effect=Effect.PURE)
async def snoop(*, variables: Provided[Variables]) -> list[str]:
    """Look for what others keep."""
    return [str(variables.get(name, "")) for name in ("notes", "anna.notes", "bert.notes")]


def desk(name: str) -> Agent:
    return Agent(name, Prompt(name, f"You are {name}."), SCRIPTED, tools=(note, snoop))


async def test_what_an_agent_keeps_for_itself_no_other_agent_and_no_expression_sees() -> None:
    stage = staged()
    told: list[str] = []

    def talk(request: ModelRequest) -> Any:
        told.append(repr(request.messages[-1]))
        match request.step.rpartition("/turn.")[2], "anna" in request.step:
            case "1", True:
                return call("note", {"text": "the code is 1234"})
            case "1", False:
                return call("note", {"text": "nothing"})
            case "2", _:
                return call("snoop", {})
            case _:
                return answer("done")

    agents = (desk("anna"), desk("bert"))
    nodes = (AgentNode("anna", "anna"), AgentNode("bert", "bert"), AgentNode("anna_again", "anna"))
    async with stage.runtime(talk, apps=[App("root", Sequence("root", nodes), agents=agents)]) as runtime:
        run = await runtime.start("root", "hello")
        state = await stage.ended(run)
        assert await run.variables(state) == {}
        events = of_kind(await events_of(run), StepEnded)
    assert state.outcome is Outcome.SUCCEEDED
    assert [write.name for event in events for write in event.writes] == ["anna.notes", "bert.notes", "anna.notes"]
    assert sorted(name for name, _ in state.variables.items()) == ["anna.notes", "bert.notes"]
    assert len({event.gave for event in events if event.name == "snoop"}) == 1, "others find nothing"
    seen = [text for text in told if "1234" in text]
    assert seen[-1].count("1234") == 2, "anna has seen at her second node what she kept at her first"


async def test_a_node_of_the_flow_has_nothing_of_its_own() -> None:
    stage = staged()
    flow = FunctionNode("root", "note", "{'text': 'x'}")
    async with stage.runtime(apps=[App("root", flow, functions=(note,), input=object)]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        assert state.parked is not None
        assert "takes Private" in state.parked


@given(st.lists(st.integers(1, 40), max_size=4), st.integers(1, 3))
def test_whenever_a_process_dies_each_step_has_written_once(kills: list[int], steps: int) -> None:
    async def play() -> dict[str, tuple[int, bytes | None]]:
        stage = staged()
        flow = Sequence("root", tuple(adding(f"s{number}") for number in range(steps)))
        for kill_at in kills:
            await live(stage, app(flow), None, (), kill_at)
        state = await live(stage, app(flow), None, ())
        assert state is not None
        assert state.outcome is Outcome.SUCCEEDED
        return await shared(stage)

    assert asyncio.run(play()) == {"stock": (steps, str(steps).encode())}


class Beside(MemoryStore):
    """A store into which another process writes, once, at the worst moment."""

    has_written = False

    async def commit(self, commit: Commit) -> CommitResult:
        if commit.shared and not self.has_written:
            self.has_written = True
            self._disk.desk.write(RUN, [SharedWrite("default", "root", "stock", 0, b"10")], 0.0)
        return await super().commit(commit)


async def test_where_another_process_was_faster_nothing_is_lost_and_the_step_is_done_anew() -> None:
    stage = staged()
    store = Beside(stage.clock, stage.disk)
    async with stage.runtime(apps=[app(Sequence("root", (adding("one"),)))], store=store) as runtime:
        run = await runtime.start("root", None)
        assert await stage.result(run) == 1
    assert await shared(stage) == {"stock": (2, b"11")}


def test_a_look_is_stale_once_what_it_looks_at_was_written() -> None:
    board = Board()
    here, there = Place("t", "a", "here"), Place("t", "a", "there")
    look, other = board.look([here]), board.look([there])
    board.reserve([here])
    assert (board.is_pending(here), board.is_pending(there), look.is_stale) == (True, False, False)
    board.release([here])
    assert (board.is_pending(here), look.is_stale, other.is_stale) == (False, True, False)
    for each in (look, other):
        board.looked(each)


async def test_a_fork_that_sends_nothing_shares_nothing() -> None:
    stage = staged()
    flow = Sequence("root", (looking("first"), adding("second")))
    async with stage.runtime(apps=[app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        fork: Run = await runtime.fork(run)
        assert (await stage.ended(fork)).outcome is Outcome.SUCCEEDED
    assert await shared(stage) == {"stock": (1, b"1")}
