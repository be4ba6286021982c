"""A node that runs another app: a run of its own, begun once, whose result comes up and whose parent outlives it."""

import asyncio

import pytest

from holdfast.journal.events import ChildBegun, ChildEnded, ChildStarted, NodeLeft
from holdfast.journal.mail import Cancel, encode_mail, recall_letter
from holdfast.journal.port import Head, Letter
from holdfast.journal.stores.memory import MemoryStore
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import RunId, child_run_id
from holdfast.kernel.outcomes import ErrorKind, Outcome, Settlement
from holdfast.kernel.randomness import SeededRandomness
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import ChildNode, FunctionNode, Join, Map, Parallel, Sequence
from holdfast.orchestration.moves.children import DEPTH_MAX, child_at
from tests.orchestration.family import child, ends_after_its_children, family, the_child, unfinished
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, events_of

HOUR = 3_600.0
TURNS_MAX = 5_000
"""How many turns of the loop a small family needs at the most."""


async def test_a_child_is_a_run_of_its_own_and_its_result_the_value_of_its_node() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Sequence("root", (child("a", seconds=5), step("b"), ChildNode("c", "looker", input="{'name': a + b}")))
    async with stage.runtime(apps=family(world, flow)) as runtime:
        run = await runtime.start("root", None, session="customer-42", tenant="acme")
        assert await stage.result(run) == "ab"
        state = await run.state()
        kid = await (await runtime.run(the_child(state, "root/a"))).state()
    assert (kid.app, kid.parent, kid.parent_step, kid.depth) == ("payer", run.id, "root/a", 1)
    assert (kid.tenant, kid.session, kid.status) == ("acme", "customer-42", "COMPLETE")
    assert world.done == {"a": 1, "b": 1, "ab": 1}
    assert stage.troubles.heard == []


async def test_the_id_of_a_child_follows_from_its_parent_and_its_place() -> None:
    stage = Stage()
    flow = Map("root", "['x', 'y']", ChildNode("each", "looker", input="{'name': item}"), key="item")
    async with stage.runtime(apps=family(World(stage.clock), flow)) as runtime:
        run = await runtime.start("root", None)
        assert await stage.result(run) == ["x", "y"]
        state = await run.state()
    assert {the_child(state, f"root[{key}]") for key in "xy"} == {child_run_id(run.id, f"root[{key}]") for key in "xy"}
    assert child_at(state, "root[x]", 1) != child_at(state, "root[x]", 2), "started again it is another run"


async def test_what_is_lent_is_recorded_before_the_child_begins_and_settled_when_it_has_ended() -> None:
    stage = Stage()
    async with stage.runtime(apps=family(World(stage.clock), child("root"))) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
        told = [
            type(event)
            for event in await events_of(run)
            if isinstance(event, ChildStarted | ChildBegun | ChildEnded | NodeLeft)
        ]
    assert told == [ChildStarted, ChildBegun, ChildEnded, NodeLeft]


async def test_a_parent_leaves_memory_while_its_child_takes_an_hour() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=family(world, child("root", seconds=HOUR))) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(60)
        state, head = await run.state(), await run.head()
        assert (state.status, state.parked) == ("WAITING", "waiting for its child runs at root")
        assert (head.is_parked, head.worker) == (True, "")
        assert (world.opened, world.closed) == (2, 1), "only the child still holds its resources"
        version = state.version
        await stage.clock.advance(HOUR / 2)
        assert (await run.state()).version == version
        assert await stage.result(run) == "root"
        state = await run.state()
        kid = await (await runtime.run(the_child(state, "root"))).state()
    assert kid.ended_at == state.ended_at, "woken by the letter, and not by a sweep"


class SlowReads(MemoryStore):
    """A store that takes some turns to answer, as one on a disk does."""

    async def head(self, run: RunId) -> Head:
        for _ in range(9):
            await asyncio.sleep(0)
        return await super().head(run)


async def test_a_child_is_driven_at_once_and_so_is_its_parent_when_it_has_ended() -> None:
    stage = Stage()
    flow = Sequence("root", (child("a"), child("b")))
    store = SlowReads(stage.clock, stage.disk, randomness=SeededRandomness(1))
    async with stage.runtime(apps=family(World(stage.clock), flow), store=store) as runtime:
        run = await runtime.start("root", None)
        for _ in range(TURNS_MAX):
            await asyncio.sleep(0)
        assert (await run.state()).status == "COMPLETE", "the clock was not moved: no sweep was waited for"


async def test_a_child_that_fails_fails_its_node_with_its_own_reason() -> None:
    stage = Stage()
    flow = Parallel("root", (child("good"), child("bad", goes="badly")), Join.BEST_EFFORT)
    async with stage.runtime(apps=family(World(stage.clock), flow)) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        assert await run.value(state) == {"good": "good", "bad": None}
    assert (state.status, state.outcome) == ("COMPLETE", Outcome.PARTIAL)
    fault = state.nodes["root/bad"].fault
    assert fault is not None
    assert fault.kind is ErrorKind.TOOL_FAILED
    assert fault.message == f"child run {the_child(state, 'root/bad')} ended failed: bad went badly"


async def test_a_node_that_is_left_recalls_its_child_and_the_run_is_not_complete_before_that_has_ended() -> None:
    stage = Stage()
    world = World(stage.clock)
    race = Parallel("root", (child("fast", seconds=1), child("slow", "sender", seconds=9)), Join.QUORUM, quorum=1)
    async with stage.runtime(apps=family(world, race)) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        slow = await runtime.run(the_child(state, "root/slow"))
        assert (state.status, state.parked) == ("WAITING", "waiting for its child runs at root/slow")
        assert state.nodes["root"].outcome is Outcome.SUCCEEDED, "the join goes on"
        assert (await slow.state()).doubts == ("sender",)
        (doubt,) = await slow.doubts()
        assert doubt.path == "sender", "it is the child's own doubt"
        await slow.settle("sender", Settlement.HAPPENED, "slow")
        assert await stage.result(run) == {"fast": "fast", "slow": None}
        state = await slow.state()
    assert (state.status, state.cancel_reason) == ("CANCELLED", "its parent needs it no longer")
    assert world.sent["slow"] == 1
    assert ends_after_its_children(stage)


@pytest.mark.parametrize("limit", ["node", "around"])
async def test_a_child_whose_node_runs_out_of_time_is_recalled(limit: str) -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = (
        child("root", "looker", seconds=HOUR, timeout_seconds=60)
        if limit == "node"
        else Sequence("root", (child("kid", "looker", seconds=HOUR),), timeout_seconds=60)
    )
    async with stage.runtime(apps=family(world, flow)) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
    assert state.outcome is Outcome.FAILED
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.TIMEOUT
    assert stage.clock.now() - state.started_at < HOUR
    assert unfinished(stage) == []
    assert world.acting == set()


async def test_cancelling_a_run_ends_everything_below_it_first() -> None:
    stage = Stage()
    world = World(stage.clock)
    apps = [
        *family(world, ChildNode("root", "middle")),
        world.app(Parallel("middle", (child("a", "looker", seconds=HOUR), child("b", "looker", seconds=HOUR)))),
    ]
    async with stage.runtime(apps=apps) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(60)
        assert world.acting == {"a", "b"}
        await run.cancel("never mind", by="Ann")
        state = await stage.ended(run)
        heads = await runtime.runs()
    assert (state.status, state.cancel_reason) == ("CANCELLED", "never mind")
    assert [head.status for head in heads] == ["CANCELLED"] * 4
    assert stage.clock.now() - state.started_at < HOUR
    assert world.acting == set()
    assert ends_after_its_children(stage)


async def test_cancelling_without_waiting_for_doubts_goes_all_the_way_down() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=family(world, child("root", "sender", seconds=60))) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(5)
        await run.cancel("never mind")
        state = await stage.ended(run)
        assert state.parked == "cancelled, but waiting for its child runs at root"
        await run.cancel("now", abandons_doubts=True)
        state = await stage.ended(run)
        kid = await (await runtime.run(the_child(state, "root"))).state()
    assert (state.status, kid.status) == ("CANCELLED", "CANCELLED")
    assert kid.abandoned == ("sender",)


async def test_a_child_that_is_cancelled_by_somebody_fails_its_node() -> None:
    stage = Stage()
    async with stage.runtime(apps=family(World(stage.clock), child("root", "looker", seconds=HOUR))) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(60)
        kid = await runtime.run(the_child(await run.state(), "root"))
        await kid.cancel("never mind")
        state = await stage.ended(run)
    assert (state.status, state.outcome) == ("FAILED", Outcome.FAILED)
    assert state.fault is not None
    assert state.fault.message == f"child run {kid.id} ended cancelled: never mind"


async def test_a_letter_may_come_before_its_run_does_which_then_ends_without_doing_anything() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=family(world, child("root", seconds=5)), drives=False) as runtime:
        run = await runtime.start("root", None)
        kid = child_run_id(run.id, "root")
        letter = Letter(recall_letter(run.id, abandons_doubts=False), kid, encode_mail(Cancel("too late", "Ann")))
        stage.disk.post((letter,), stage.clock.now())
    async with stage.runtime(apps=family(world, child("root", seconds=5))) as runtime:
        state = await stage.ended(await runtime.run(run.id))
        ended = await (await runtime.run(kid)).state()
    assert (state.outcome, ended.status, ended.cancel_reason) == (Outcome.FAILED, "CANCELLED", "too late")
    assert world.sent == {}


async def test_what_cannot_be_begun_fails_its_node_and_says_why() -> None:
    stage = Stage()
    world = World(stage.clock)
    strict = App(
        "strict",
        FunctionNode("strict", "one"),
        functions=world.app(step("x")).functions,
        input=int,
        resources=world.resources,
        provides=frozenset((World,)),
    )
    flow = Parallel(
        "root",
        (ChildNode("gone", "nobody"), ChildNode("odd", "strict", input="'seven'"), child("good")),
        Join.BEST_EFFORT,
    )
    async with stage.runtime(apps=[*family(world, flow), strict]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
    assert state.outcome is Outcome.PARTIAL
    gone, odd = state.nodes["root/gone"].fault, state.nodes["root/odd"].fault
    assert gone is not None
    assert odd is not None
    assert (gone.kind, odd.kind) == (ErrorKind.CHILD_FAILED, ErrorKind.BAD_ARGUMENTS)
    assert "expected the name of an app, found 'nobody'" in gone.message
    assert "strict cannot use this input" in odd.message
    assert [head.app for head in stage.disk.heads()] == ["payer", "root"]


async def test_an_app_that_runs_itself_with_ever_new_tasks_comes_to_an_end() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(ChildNode("root", "root", input="input + 1"))]) as runtime:
        run = await runtime.start("root", 0)
        state = await stage.ended(run)
    heads = list(stage.disk.heads())
    assert len(heads) == 1 + DEPTH_MAX
    assert {head.status for head in heads} == {"FAILED"}
    assert state.fault is not None
    assert state.fault.message.endswith(
        "expected at most 8 levels of runs below the first, found one more: begin fewer"
    )
    assert state.fault.kind is ErrorKind.BUDGET


async def test_a_task_that_a_run_above_was_given_is_refused_before_its_run_begins() -> None:
    stage = Stage()
    world = World(stage.clock)
    apps = [
        world.app(ChildNode("root", "middle", input="{'name': 'b', 'goes': 'a'}")),
        world.app(ChildNode("middle", "low")),
        world.app(ChildNode("low", "root", input="{'goes': 'a', 'name': 'b'}")),
    ]
    async with stage.runtime(apps=apps) as runtime:
        run = await runtime.start("root", {"name": "b", "goes": "a"})
        state = await stage.ended(run)
        low = await (await runtime.run(next(head.run for head in stage.disk.heads() if head.app == "low"))).state()
    assert [head.app for head in stage.disk.heads()] == ["low", "middle", "root"]
    assert [above.app for above in low.ancestors] == ["root", "middle"]
    assert low.fault is not None
    assert low.fault.kind is ErrorKind.LOOP
    assert low.fault.message == (
        f"expected a task that no run above was given, found run {run.id} of root with the very same input"
    )
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.LOOP


async def test_the_same_task_may_be_given_to_runs_side_by_side_and_again_to_another_app() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Sequence("root", (ChildNode("a", "payer"), ChildNode("b", "payer"), ChildNode("c", "looker")))
    async with stage.runtime(apps=family(world, flow)) as runtime:
        run = await runtime.start("root", {"name": "x", "goes": "well", "seconds": 0})
        assert await stage.result(run) == "x"
    assert world.done == {"x": 3}


async def test_a_run_whose_child_waits_for_a_person_rests_and_says_so() -> None:
    stage = Stage()
    world = World(stage.clock)
    apps = family(world, child("root", "sender", seconds=5))
    async with stage.runtime(apps=apps) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
    async with stage.runtime(apps=apps) as runtime:
        run = await runtime.run(run.id)
        state = await stage.ended(run)
        assert (state.status, state.parked) == ("WAITING", "waiting for its child runs at root")
        kid = await runtime.run(the_child(state, "root"))
        await kid.settle("sender", Settlement.HAPPENED, "receipt 7")
        assert await stage.result(run) == "receipt 7"
    assert world.sent == {"root": 1}


async def test_whoever_goes_on_with_one_run_goes_on_with_its_family_and_no_other() -> None:
    stage = Stage()
    world = World(stage.clock)
    apps = [
        *family(world, Sequence("root", (ChildNode("a", "middle"), step("b")))),
        world.app(child("middle", seconds=30)),
    ]
    async with stage.runtime(apps=apps) as runtime:
        run, other = await runtime.start("root", None), await runtime.start("payer", {"name": "other", "seconds": 30})
        await stage.clock.advance(5)
        assert world.acting == {"middle", "other"}
    async with stage.runtime(apps=apps, recovers=False) as runtime:
        run = await runtime.run(run.id)
        await run.resume()
        assert await stage.result(run) == "b"
        assert not (await (await runtime.run(other.id)).head()).is_over
    assert world.done == {"middle": 1, "b": 1}


async def test_going_on_with_a_child_alone_goes_on_with_its_parent() -> None:
    stage = Stage()
    world = World(stage.clock)
    apps = family(world, child("root", "sender", seconds=5))
    async with stage.runtime(apps=apps) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
    async with stage.runtime(apps=apps) as runtime:
        state = await stage.ended(await runtime.run(run.id))
    async with stage.runtime(apps=apps, recovers=False) as runtime:
        kid = await runtime.run(the_child(state, "root"))
        await kid.settle("sender", Settlement.HAPPENED, "receipt 7")
        assert await stage.result(kid) == "receipt 7"
        assert await stage.result(await runtime.run(run.id)) == "receipt 7"


async def test_waiting_for_a_parent_whose_child_cannot_be_driven_here_is_not_done_in_vain() -> None:
    stage = Stage()
    apps = family(World(stage.clock), child("root", seconds=30))
    async with stage.runtime(apps=apps) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
    async with stage.runtime(apps=apps[:1]) as runtime:
        with pytest.raises(DefinitionError, match="cannot be driven here: expected the name of an app, found 'payer'"):
            await stage.result(await runtime.run(run.id))
    stage.troubles.heard.clear()
    async with stage.runtime(apps=apps) as runtime:
        assert await stage.result(await runtime.run(run.id)) == "root"


async def test_who_follows_a_parent_is_told_of_its_end() -> None:
    stage = Stage()
    async with stage.runtime(apps=family(World(stage.clock), child("root", seconds=HOUR))) as runtime:
        run = await runtime.start("root", None)

        async def told() -> list[str]:
            return [type(entry.event).__name__ async for entry in run.events()]

        assert (await stage.until(told()))[-1] == "RunEnded"
