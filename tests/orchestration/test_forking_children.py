"""A run with children is forked: what they gave is inherited, one that was still going is begun anew as the fork's."""

from holdfast.journal.events import RunStarted
from holdfast.journal.port import RunFilter
from holdfast.orchestration.flow.nodes import Parallel, Sequence
from holdfast.orchestration.past.cutting import BeforeStep
from tests.orchestration.family import child, family
from tests.orchestration.forks import children_of, keys_of
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, events_of, of_kind


async def test_what_a_child_gave_is_inherited_and_a_new_one_is_the_forks_own() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Sequence("root", (child("a", "looker"), child("b", "looker")))
    async with stage.runtime(apps=family(world, flow)) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
        fork = await runtime.fork(run, at=BeforeStep("root/b"))
        assert await stage.result(fork) == "b"
        assert not await children_of(run) & await children_of(fork)
        assert [head.run for head in await runtime.runs(RunFilter(parent=fork.id))] == sorted(await children_of(fork))
    assert world.sent == {"a": 1, "b": 2}


async def test_a_child_that_was_going_on_at_the_cut_is_begun_anew() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Parallel("root", (child("kid", "looker", seconds=50), Sequence("rest", (step("a"), step("b")))))
    async with stage.runtime(apps=family(world, flow)) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
        fork = await runtime.fork(run, at=BeforeStep("root/rest/b"))
        for each in (run, fork):
            assert (await stage.ended(each)).status == "COMPLETE"
        assert len(await children_of(run) | await children_of(fork)) == 2
    assert world.done == {"kid": 2, "a": 1, "b": 2}


async def test_children_of_a_fork_send_as_it_does_nothing_or_under_other_keys() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Sequence("root", (step("a"), child("kid")))
    async with stage.runtime(apps=family(world, flow)) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
        sent = {name: set(keys) for name, keys in world.keys.items()}
        fork = await runtime.fork(run, at=BeforeStep("root/kid"))
        state = await stage.ended(fork)
        (kid,) = await children_of(fork)
        (started,) = of_kind(await events_of(await runtime.run(kid)), RunStarted)
        assert (state.status, started.simulates, world.keys) == ("FAILED", True, sent)
        live = await runtime.fork(run, at=BeforeStep("root/kid"), live=True)
        await stage.result(live)
        keys = [await keys_of(await runtime.run(each)) for of in (run, live) for each in await children_of(of)]
    assert len(world.keys["kid"]) == 2
    assert len(set().union(*keys)) == sum(map(len, keys)) == 2


async def test_a_child_can_be_forked_and_nobody_waits_for_the_fork() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=family(world, Sequence("root", (child("kid", "looker"),)))) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
        (kid,) = await children_of(run)
        before, letters = await events_of(run), len(stage.disk.inboxes[run.id])
        fork = await runtime.fork(kid)
        assert await stage.result(fork) == "kid"
        assert (await fork.state()).parent is None
        assert (await events_of(run), len(stage.disk.inboxes[run.id])) == (before, letters)
