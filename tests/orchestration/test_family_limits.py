"""How far a family of runs may grow is limited like what it spends: inherited, carved, refused in clear words."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from holdfast import App, Budget
from holdfast.journal.events import BudgetLow, ChildStarted
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.flow.nodes import ChildNode, FunctionNode, Join, Map, Node, Parallel, Sequence
from tests.orchestration.family import child, family
from tests.orchestration.world import World
from tests.runtime.stage import Stage, events_of, of_kind

GIVEN = "{'name': 'given', 'goes': 'well', 'seconds': 0}"


def chain(world: World, length: int) -> list[App]:
    """Return apps each of which begins the next: ``a0`` down to one that acts."""
    apps = [world.app(ChildNode(f"a{place}", f"a{place + 1}")) for place in range(length)]
    return [*apps, world.app(FunctionNode(f"a{length}", "one", input=GIVEN))]


async def test_no_run_stands_deeper_than_the_first_one_allows() -> None:
    stage = Stage()
    async with stage.runtime(apps=chain(World(stage.clock), 4)) as runtime:
        allowed = await stage.ended(await runtime.start("a0", None, budget=Budget(depth=4)))
        refused = await stage.ended(await runtime.start("a0", None, budget=Budget(depth=2)))
    assert allowed.outcome is Outcome.SUCCEEDED
    assert refused.fault is not None
    assert refused.fault.kind is ErrorKind.BUDGET
    assert refused.fault.message.endswith(
        "no run of a3 can be begun: the run's depth limit reached: no run may stand below it"
    )
    depths = sorted((head.app, head.run) for head in stage.disk.heads())
    assert [app for app, _ in depths] == ["a0", "a0", "a1", "a1", "a2", "a2", "a3", "a4"]


async def test_a_run_begins_no_more_children_than_its_fan_out() -> None:
    stage = Stage()
    flow = Parallel("boss", tuple(child(f"k{place}") for place in range(4)), Join.BEST_EFFORT)
    async with stage.runtime(apps=family(World(stage.clock), flow)) as runtime:
        run = await runtime.start("boss", None, budget=Budget(fan_out=3))
        state = await stage.ended(run)
        assert len(of_kind(await events_of(run), ChildStarted)) == 3
    assert state.outcome is Outcome.PARTIAL
    (fault,) = [node.fault for node in state.nodes.values() if node.fault is not None]
    assert fault.message == "no run of payer can be begun: the run's fan_out limit reached: it has begun 3 of 3 runs"
    assert fault.hint == "begin fewer runs, or raise the limit that is named"


async def test_a_map_has_no_more_items_than_the_fan_out() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Map(
        "each", "['a', 'b', 'c']", FunctionNode("do", "one", input="{'name': item, 'goes': 'well', 'seconds': 0}")
    )
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("each", None, budget=Budget(fan_out=2))
        refused = await stage.ended(run)
        assert refused.fault is not None
        assert refused.fault.message == "the run's fan_out limit reached: 3 items where 2 are allowed"
        assert world.sent == {}
        await run.requeue(budget=Budget(fan_out=3))
        assert (await stage.ended(run)).outcome is Outcome.SUCCEEDED
    assert world.sent == {"a": 1, "b": 1, "c": 1}


async def test_an_app_that_begins_no_runs_takes_only_itself_of_those_that_may_stand_below() -> None:
    stage = Stage()
    flow = Parallel("boss", tuple(child(f"k{place}") for place in range(4)))
    async with stage.runtime(apps=family(World(stage.clock), flow)) as runtime:
        run = await runtime.start("boss", None, budget=Budget(descendants=4))
        state = await stage.ended(run)
        low = of_kind(await events_of(run), BudgetLow)
    assert state.outcome is Outcome.SUCCEEDED
    assert state.spend.descendants == 4
    assert [(event.limit, event.spent, event.allowed) for event in low] == [("descendants", 4, 4)]


def tree(world: World, name: str, widths: list[int]) -> list[App]:
    """Return apps that begin ``widths[0]`` runs each, these ``widths[1]``, and so on."""
    if not widths:
        return [world.app(FunctionNode(name, "one", input=GIVEN))]
    below = tree(world, f"{name}x", widths[1:])
    kids: tuple[Node, ...] = tuple(ChildNode(f"k{place}", f"{name}x") for place in range(widths[0]))
    return [*below, world.app(Sequence(name, kids))]


@given(st.lists(st.integers(1, 3), max_size=3), st.none() | st.integers(0, 12), st.none() | st.integers(0, 4))
def test_no_family_grows_beyond_what_its_first_run_may_have(
    widths: list[int], descendants: int | None, depth: int | None
) -> None:
    async def grown() -> Stage:
        stage = Stage()
        async with stage.runtime(apps=tree(World(stage.clock), "t", widths)) as runtime:
            run = await runtime.start("t", None, budget=Budget(descendants=descendants, depth=depth))
            state = await stage.ended(run)
        wanted = sum(_products(widths))
        fits = (descendants is None or wanted <= descendants) and (depth is None or len(widths) <= depth)
        assert (state.outcome is Outcome.SUCCEEDED) == fits
        assert state.spend.descendants == len(list(stage.disk.heads())) - 1
        return stage

    heads = list(asyncio.run(grown()).disk.heads())
    assert descendants is None or len(heads) - 1 <= descendants
    assert depth is None or max(len(head.app) - 1 for head in heads) <= depth


def _products(widths: list[int]) -> list[int]:
    found, so_far = [], 1
    for width in widths:
        so_far *= width
        found.append(so_far)
    return found
