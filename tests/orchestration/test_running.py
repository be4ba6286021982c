"""Flows as they run: order, joins, limits, guards, items, scoping, results. Time is moved, nothing is waited for."""

from typing import Any

import pytest

from holdfast import RunFailed
from holdfast.integration.gateway.lines import answer_json
from holdfast.journal.events import NodeEntered, NodeLeft
from holdfast.journal.fold.state import RunState
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    Case,
    FunctionNode,
    Join,
    Map,
    Node,
    Parallel,
    Sequence,
    ToolNode,
)
from tests.orchestration.world import World, item_step, one, step
from tests.runtime.stage import Stage, desk, events_of, of_kind


class Played:
    """A flow that was run to its end."""

    def __init__(self, stage: Stage, world: World, state: RunState, value: object, lefts: list[NodeLeft]) -> None:
        self.stage, self.world, self.state, self.value = stage, world, state, value
        self.outcomes = {left.node: left.outcome for left in lefts}
        self.faults = {left.node: left.fault.message if left.fault else "" for left in lefts}
        self.seconds = stage.clock.now() - state.started_at


async def played(flow: Node, given: object = None, script: Any = (), **changes: Any) -> Played:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(script) as runtime:
        run = await runtime.start(world.app(flow, **changes), given)
        state = await stage.ended(run)
        events = await events_of(run)
        played = Played(stage, world, state, await run.value(state), of_kind(events, NodeLeft))
    assert stage.troubles.heard == []
    assert len(of_kind(events, NodeEntered)) == len(state.nodes) == len(played.outcomes)
    assert (world.opened, world.closed, world.acting) == (1, 1, set())
    return played


async def test_a_sequence_takes_one_step_after_the_other_and_gives_the_last_one_s_value() -> None:
    done = await played(Sequence("root", (step("a", seconds=2), step("b", seconds=3))))
    assert (done.value, done.seconds, done.world.acting_at_once) == ("b", 5, 1)


async def test_the_first_failure_ends_a_sequence() -> None:
    done = await played(Sequence("root", (step("a"), step("b", "badly"), step("c"))))
    assert done.state.outcome is Outcome.FAILED
    assert done.state.fault is not None
    assert (done.state.fault.kind, done.state.fault.message) == (ErrorKind.TOOL_FAILED, "b: b went badly")
    assert done.world.sent["c"] == 0


async def test_branches_go_on_at_once_and_each_gives_a_field() -> None:
    done = await played(Parallel("root", (step("a", seconds=3), step("b", seconds=2))))
    assert (done.value, done.seconds, done.world.acting_at_once) == ({"a": "a", "b": "b"}, 3, 2)


async def test_no_more_branches_go_on_at_once_than_are_allowed() -> None:
    branches = tuple(step(f"b{place}", seconds=1) for place in range(5))
    done = await played(Parallel("root", branches, at_once_max=2))
    assert (done.seconds, done.world.acting_at_once) == (3, 2)


async def test_when_all_must_succeed_the_first_failure_ends_the_others_at_once() -> None:
    done = await played(Parallel("root", (step("a", seconds=9), step("b", "badly", 1), step("c", seconds=9))))
    assert done.seconds == 1
    assert done.outcomes == {
        "root/a": Outcome.CANCELLED,
        "root/b": Outcome.FAILED,
        "root/c": Outcome.CANCELLED,
        "root": Outcome.FAILED,
    }
    assert done.world.done == {"b": 1}


async def test_a_quorum_ends_the_others_as_soon_as_it_has_its_number() -> None:
    branches = (step("a", seconds=1), step("b", "badly", 2), step("c", seconds=3), step("d", seconds=9))
    done = await played(Parallel("root", branches, join=Join.QUORUM, quorum=2))
    assert (done.seconds, done.state.outcome) == (3, Outcome.SUCCEEDED)
    assert done.value == {"a": "a", "b": None, "c": "c", "d": None}


async def test_a_quorum_that_can_no_longer_be_reached_ends_at_once() -> None:
    branches = (step("a", "badly", 1), step("b", "badly", 2), step("c", seconds=9))
    done = await played(Parallel("root", branches, join=Join.QUORUM, quorum=2))
    assert (done.seconds, done.state.outcome) == (2, Outcome.FAILED)
    assert done.faults["root"] == "expected 2 of 3 branches to succeed, 2 failed: a: a went badly"


async def test_a_branch_that_was_never_begun_has_its_field_too() -> None:
    branches = (step("a"), step("b"), step("c"))
    done = await played(Parallel("root", branches, join=Join.QUORUM, quorum=1, at_once_max=1))
    assert done.value == {"a": "a", "b": None, "c": None}


async def test_best_effort_waits_for_all_and_is_partial_where_some_failed() -> None:
    flow = Parallel("root", (step("a", "badly", 1), step("b", seconds=4)), join=Join.BEST_EFFORT)
    done = await played(Sequence("outer", (flow, step("after"))))
    assert (done.seconds, done.state.outcome, done.state.status) == (4, Outcome.PARTIAL, "COMPLETE")
    assert done.outcomes["outer/root"] is Outcome.PARTIAL
    assert done.world.sent["after"] == 1


async def test_best_effort_needs_one_at_least() -> None:
    done = await played(Parallel("root", (step("a", "badly", 2), step("b", "badly", 1)), join=Join.BEST_EFFORT))
    assert done.state.outcome is Outcome.FAILED
    assert done.faults["root"] == "b: b went badly"


async def test_a_branch_has_its_time_and_no_more() -> None:
    branches = (Sequence("slow", (step("a", seconds=3), step("b", seconds=3))), step("quick", seconds=1))
    done = await played(Parallel("root", branches, join=Join.BEST_EFFORT, branch_timeout_seconds=5))
    assert done.seconds == 5
    assert done.value == {"slow": None, "quick": "quick"}
    assert done.faults["root/slow"] == "it did not end within 5 seconds"
    assert done.outcomes["root/slow/b"] is Outcome.CANCELLED


@pytest.mark.parametrize(("own", "imposed", "seconds"), [(2, 5, 2), (5, 2, 2), (None, 3, 3)])
async def test_the_sooner_of_two_timeouts_counts(own: float | None, imposed: float, seconds: float) -> None:
    branches = (step("a", seconds=9, timeout_seconds=own),)
    done = await played(Parallel("root", branches, branch_timeout_seconds=imposed))
    assert (done.seconds, done.state.outcome) == (seconds, Outcome.FAILED)


@pytest.mark.parametrize(
    "flow",
    [
        Sequence("root", (step("a", seconds=9),), timeout_seconds=4),
        Parallel("root", (step("a", seconds=9),), timeout_seconds=4),
        Branch("root", (Case("True", step("a", seconds=9)),), timeout_seconds=4),
        Map("root", "['a']", item_step(seconds="9"), key="item", timeout_seconds=4),
        step("root", seconds=9, timeout_seconds=4),
    ],
    ids=lambda flow: type(flow).__name__,
)
async def test_every_kind_of_node_can_have_a_timeout(flow: Node) -> None:
    done = await played(flow)
    assert (done.seconds, done.state.outcome) == (4, Outcome.FAILED)
    assert done.state.fault is not None
    assert done.state.fault.kind is ErrorKind.TIMEOUT


@pytest.mark.parametrize(("given", "taken"), [(1, "low"), (5, "middle"), (50, "high")])
async def test_the_first_case_that_holds_is_taken(given: int, taken: str) -> None:
    cases = (Case("input < 3", step("low")), Case("input < 10", step("middle")))
    done = await played(Branch("root", cases, step("high")), given)
    assert done.value == taken
    assert sum(done.world.sent.values()) == 1


async def test_where_no_case_holds_and_there_is_no_other_way_the_branch_is_skipped() -> None:
    flow = Sequence("root", (Branch("maybe", (Case("False", step("a")),)), step("after")))
    done = await played(flow)
    assert (done.outcomes["root/maybe"], done.state.outcome) == (Outcome.SKIPPED, Outcome.SUCCEEDED)


async def test_a_skipped_branch_has_no_value_and_counts_as_success() -> None:
    done = await played(Parallel("root", (Branch("maybe", (Case("False", step("a")),)), step("b"))))
    assert (done.value, done.state.outcome) == ({"maybe": None, "b": "b"}, Outcome.SUCCEEDED)


async def test_a_branch_gives_what_its_case_gives_good_or_bad() -> None:
    done = await played(Branch("root", (Case("True", step("a", "badly")),)))
    assert (done.state.outcome, done.faults["root"]) == (Outcome.FAILED, "a: a went badly")


async def test_a_map_does_the_same_for_each_item_under_its_own_name_in_order() -> None:
    flow = Map("root", "input", item_step(seconds="item.takes"), key="item.name")
    done = await played(flow, [{"name": "x", "takes": 3}, {"name": "a/b", "takes": 1}])
    assert done.value == ["x", "a/b"]
    assert set(done.outcomes) == {"root", "root[x]", "root[a%2Fb]"}


async def test_an_item_has_its_place_for_a_name_unless_it_has_one_of_its_own() -> None:
    done = await played(Map("root", "input", item_step()), ["x", "y"])
    assert set(done.outcomes) == {"root", "root[0]", "root[1]"}


async def test_no_more_items_are_worked_on_at_once_than_are_allowed() -> None:
    done = await played(Map("root", str(list(range(7))), item_step(seconds="1"), at_once_max=3))
    assert (done.seconds, done.world.acting_at_once) == (3, 3)


async def test_an_item_that_failed_is_null_in_the_list() -> None:
    flow = Map("root", "input", item_step(goes="item"), join=Join.BEST_EFFORT)
    done = await played(flow, ["well", "badly", "well"])
    assert (done.value, done.state.outcome) == (["0", None, "2"], Outcome.PARTIAL)


async def test_each_item_has_its_time_and_no_more() -> None:
    flow = Map("root", "[1, 9, 2]", item_step(seconds="item"), join=Join.BEST_EFFORT, item_timeout_seconds=4)
    done = await played(flow)
    assert (done.value, done.seconds) == (["0", None, "2"], 4)


async def test_a_map_over_nothing_gives_nothing() -> None:
    done = await played(Map("root", "[]", item_step()))
    assert (done.value, done.state.outcome) == ([], Outcome.SUCCEEDED)


@pytest.mark.parametrize(
    ("flow", "told"),
    [
        (Map("root", "['a', 'a']", item_step(), key="item"), "to name each item differently, found 'a' twice"),
        (Map("root", "[1, [2]]", item_step(), key="item"), "to name item 1 by text or a number, found [2]"),
        (Map("root", "['']", item_step(), key="item"), "to name item 0 by text or a number, found ''"),
        (Map("root", "{'a': 1}", item_step()), "expected \"{'a': 1}\" to be a list, found dict"),
        (Map("root", str(list(range(9))), item_step(), items_max=8), "expected at most 8 items, found 9"),
        (Map("root", "input.list", item_step()), "input.list"),
        (Branch("root", (Case("input.number > 1", step("a")),)), "input.number > 1"),
        (FunctionNode("root", "one", input="1 / 0"), "1 / 0"),
    ],
    ids=lambda case: case if isinstance(case, str) else type(case).__name__,
)
async def test_an_expression_that_fails_ends_its_node_and_nothing_else(flow: Node, told: str) -> None:
    whole = Parallel("whole", (flow, step("beside")), join=Join.BEST_EFFORT)
    done = await played(whole, {})
    assert (done.outcomes["whole/root"], done.outcomes["whole/beside"]) == (Outcome.FAILED, Outcome.SUCCEEDED)
    assert told in done.faults["whole/root"]


async def test_arguments_that_do_not_fit_are_the_node_s_failure() -> None:
    done = await played(FunctionNode("root", "one", input="{'nmae': 1}"))
    assert done.state.outcome is Outcome.REFUSED or done.state.outcome is Outcome.FAILED
    assert done.state.fault is not None
    assert done.state.fault.kind is ErrorKind.BAD_ARGUMENTS


async def test_a_node_without_an_input_gets_the_run_s() -> None:
    done = await played(Sequence("root", (FunctionNode("a", "one"),)), {"name": "from outside"})
    assert done.value == "from outside"


async def test_a_tool_node_calls_a_tool_of_the_app() -> None:
    done = await played(ToolNode("root", "one", input="{'name': input}"), "x", tools=(one,))
    assert done.value == "x"


async def test_earlier_steps_are_seen_by_name_also_from_far_inside() -> None:
    inner = Map("m", "first", Sequence("s", (FunctionNode("say", "one", input="{'name': first[0] + item + key}"),)))
    flow = Sequence("root", (Parallel("first_both", (step("a"), step("b"))), listed("first"), inner))
    done = await played(flow, {"list": ["x", "y"]})
    assert done.value == ["xx0", "xy1"]


def listed(name: str) -> Node:
    """A step whose value is the input's list."""
    return Map(name, "input.list", FunctionNode("each", "one", input="{'name': item}"))


async def test_the_nearest_step_of_a_name_is_meant() -> None:
    inside = Sequence("inside", (step("x"), FunctionNode("y", "one", input="{'name': 'near ' + x}")))
    flow = Sequence("root", (FunctionNode("x", "one", input="{'name': 'far'}"), inside))
    assert (await played(flow)).value == "near x"


async def test_inside_a_step_its_own_name_still_means_the_earlier_one_further_out() -> None:
    uses = FunctionNode("uses", "one", input="{'name': 'seen ' + same}")
    inside = Sequence("inside", (step("before"), Sequence("same", (uses,))))
    flow = Sequence("root", (FunctionNode("same", "one", input="{'name': 'far'}"), inside))
    assert (await played(flow)).value == "seen far"


async def test_maps_in_maps_see_the_nearest_item() -> None:
    inner = Map("inner", "item", FunctionNode("say", "one", input="{'name': item + key}"), key="item")
    done = await played(Map("outer", "input", inner), [["a", "b"], [], ["c"]])
    assert done.value == [["aa", "bb"], [], ["cc"]]
    assert "outer[0][b]" in done.outcomes


async def test_four_levels_deep_it_is_still_the_same() -> None:
    leaf = FunctionNode("leaf", "one", input="{'name': item}")
    flow = Sequence(
        "root", (Parallel("p", (Branch("b", (Case("input", Map("m", "['x', 'y']", Sequence("s", (leaf,)))),)),)),)
    )
    done = await played(flow, True)
    assert done.value == {"b": ["x", "y"]}


async def test_an_agent_is_a_node_like_any_other() -> None:
    flow = Sequence("root", (AgentNode("ask", "desk"), FunctionNode("say", "one", input="{'name': ask.said}")))
    done = await played(flow, "hello", [answer_json({"said": "hi"})], agents=(desk(output=dict[str, str]),))
    assert done.value == "hi"


async def test_the_result_of_a_failed_run_is_an_error_that_says_why() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime() as runtime:
        run = await runtime.start(world.app(Sequence("root", (step("a", "badly"),))), None)
        with pytest.raises(RunFailed, match="ended failed: a: a went badly") as failed:
            await stage.result(run)
        assert failed.value.outcome is Outcome.FAILED
        state = await run.state()
        assert await run.value(state) is None
        assert await run.value(state, "root/a") is None


async def test_the_value_of_any_node_can_be_asked_for() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Sequence("root", (Parallel("both", (step("a"), step("b"))), step("c")))
    async with stage.runtime() as runtime:
        run = await runtime.start(world.app(flow), None)
        state = await stage.ended(run)
        assert await run.value(state, "root/both") == {"a": "a", "b": "b"}
        assert await run.value(state, "root/both/b") == "b"
        assert await run.value(state, "root/nothing") is None
