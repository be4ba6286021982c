"""Code that changes under a run in flight: it is stopped, pinned to the version it runs under, or migrated."""

import re
from typing import Any

import pytest
from msgspec.structs import replace

from holdfast import App, Runtime, Settlement, Steps, script
from holdfast.integration.gateway.lines import answer, call, stall
from holdfast.journal.events import DriverChanged, NodeEntered, QuestionAsked, RunMigrated
from holdfast.journal.fold import begin, evolve
from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import DefinitionChanged, DefinitionError
from holdfast.kernel.outcomes import Outcome
from holdfast.observability.projection import project
from holdfast.observability.span import SpanKind, SpanStatus
from holdfast.orchestration.application.versions import Migrated, Migration, OnChange, RunView
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    Case,
    Map,
    Node,
    Parallel,
    ScriptNode,
    Sequence,
)
from holdfast.orchestration.migrating.migrating import adopt
from tests.journal.samples import AT, ref, started
from tests.orchestration.lives import REQUEST, live, recorded
from tests.orchestration.world import World, item_step, one, step, three, two
from tests.runtime.stage import Stage, desk, events_of, of_kind

SLOW = 1_000.0
V1 = Sequence("root", (step("a", seconds=1), step("b", seconds=SLOW), step("c")))


class Deployed:
    """A run that began under one version, and the deploys after it."""

    def __init__(self, before: Node, given: object = None, lines: Any = (), **declared: Any) -> None:
        self.stage = Stage()
        self.world = World(self.stage.clock)
        self.before, self.given, self.lines, self.declared = before, given, lines, declared
        self.v1 = self.world.app(before, **declared)

    async def begin(self, seconds: float = 5) -> str:
        async with self.stage.runtime(self.lines, apps=[self.v1]) as runtime:
            run = await runtime.start("root", self.given)
            await self.stage.clock.advance(seconds)
        return run.id

    async def deploy(self, app: App, run_id: str, lines: Any = ()) -> tuple[RunState, object, list[Any]]:
        """Open a runtime with ``app``; return how the run then rests, its value, its events."""
        async with self.stage.runtime(lines, apps=[app]) as runtime:
            run = await runtime.run(run_id)
            if (await run.head()).is_parked:
                await run.resume()
            state = await self.stage.ended(run)
            return state, await run.value(state), await events_of(run)


def migrating(world: World, flow: Node, told: Migrated | None, **declared: Any) -> App:
    rule = {"on_change": OnChange.MIGRATE, "migrations": (Migration("to_v2", lambda _: told),)}
    return world.app(flow, **rule, **declared)


# --- stop ---


async def test_a_run_whose_code_changed_stops_and_says_what_changed_what_it_ran_under_and_what_is_registered() -> None:
    deployed = Deployed(V1)
    run = await deployed.begin()
    v2 = deployed.world.app(Sequence("root", (step("a"),)))
    state, _, _ = await deployed.deploy(v2, run)
    told = str(state.parked)
    assert f"other definitions of app 'root': flow has changed. It runs under version {deployed.v1.version}" in told
    assert f"(flow {deployed.v1.definitions['flow'][:8]}); registered here are {v2.version} (present). Bring" in told


async def test_a_process_that_merely_lacks_the_app_does_not_park_its_runs() -> None:
    deployed = Deployed(V1)
    run_id = await deployed.begin()
    async with deployed.stage.runtime() as runtime:
        run = await runtime.run(run_id)
        await deployed.stage.clock.advance(60)
        assert not (await run.head()).is_parked
        assert of_kind(await events_of(run), DriverChanged) == []
    state, value, _ = await deployed.deploy(deployed.v1, run_id)
    assert (state.outcome, value) == (Outcome.SUCCEEDED, "c")


# --- pin ---


def pinned(world: World, flow: Node, *older: App, **declared: Any) -> App:
    return world.app(flow, on_change=OnChange.PIN, older=older, **declared)


async def test_a_pinned_run_goes_on_under_its_version_while_new_ones_start_on_the_present_one() -> None:
    deployed = Deployed(V1)
    run_id = await deployed.begin()
    v2 = pinned(deployed.world, Sequence("root", (step("new"),)), deployed.v1)
    async with deployed.stage.runtime(apps=[v2]) as runtime:
        fresh = await runtime.start("root", None)
        assert await deployed.stage.result(fresh) == "new"
        assert (await fresh.state()).definitions == v2.definitions
        assert await deployed.stage.result(await runtime.run(run_id)) == "c"
    assert deployed.world.done == {"a": 1, "b": 1, "c": 1, "new": 1}


async def test_a_pinned_run_whose_version_is_not_registered_stops_until_it_is() -> None:
    deployed = Deployed(V1)
    run_id = await deployed.begin()
    v2, v3 = (deployed.world.app(Sequence("root", (step(name),))) for name in ("v2", "v3"))
    state, _, _ = await deployed.deploy(pinned(deployed.world, v3.flow, v2), run_id)
    assert f"{v3.version} (present), {v2.version} (older). Register that version among the older" in str(state.parked)
    state, value, _ = await deployed.deploy(pinned(deployed.world, v3.flow, v2, deployed.v1), run_id)
    assert (state.outcome, value) == (Outcome.SUCCEEDED, "c")


async def test_a_pinned_run_works_with_the_agents_and_tools_of_its_own_version() -> None:
    lines = [call("one", {"name": "seen"}), stall("...")]
    deployed = Deployed(AgentNode("root", "desk"), "hello", lines, agents=(desk(tools=[one]),))
    run_id = await deployed.begin()
    v2 = pinned(deployed.world, AgentNode("root", "desk"), deployed.v1, agents=(desk(),))
    more = [call("one", {"name": "x"}), call("one", {"name": "y"}), answer("hi")]
    state, value, _ = await deployed.deploy(v2, run_id, more)
    assert (state.outcome, value) == (Outcome.SUCCEEDED, "hi")
    assert deployed.world.done == {"seen": 1, "y": 1}


async def test_a_doubt_of_a_pinned_run_is_settled_with_the_tools_of_its_version() -> None:
    deployed = Deployed(Sequence("root", (step("pay", seconds=SLOW, function="three"),)))
    run_id = await deployed.begin()
    v2 = pinned(deployed.world, Sequence("root", (step("a"),)), deployed.v1, functions=(one,))
    async with deployed.stage.runtime(apps=[v2]) as runtime:
        run = await runtime.run(run_id)
        assert (await deployed.stage.ended(run)).doubts == ("root/pay",)
        await run.settle("root/pay", Settlement.HAPPENED, "paid")
        assert await deployed.stage.result(run) == "paid"


def test_what_an_app_declares_about_its_versions_must_hold_together() -> None:
    world = World(Stage().clock)
    v1, other = world.app(V1), world.app(Sequence("other", (step("a"),)))
    migration = Migration("m", lambda _: None)
    flow = Sequence("root", (step("a"),))
    with pytest.raises(DefinitionError, match=r"on_change=OnChange\.PIN beside older, found STOP"):
        world.app(flow, older=(v1,))
    with pytest.raises(DefinitionError, match=r"on_change=OnChange\.MIGRATE beside migrations, found PIN"):
        world.app(flow, on_change=OnChange.PIN, migrations=(migration,))
    with pytest.raises(DefinitionError, match="expected its older versions to have its name, found 'other'"):
        pinned(world, flow, other)
    with pytest.raises(DefinitionError, match="expected versions that differ"):
        pinned(world, V1, v1)
    with pytest.raises(DefinitionError, match="expected every migration to have a name of its own"):
        world.app(flow, on_change=OnChange.MIGRATE, migrations=(migration, migration))


async def test_two_versions_handed_in_side_by_side_are_refused_with_what_to_do() -> None:
    world = World(Stage().clock)
    with pytest.raises(DefinitionError, match="register an older version with older="):
        async with Runtime.open("memory:", apps=[world.app(V1), world.app(Sequence("root", (step("a"),)))]):
            pass


# --- migrate ---


async def test_a_migration_renames_what_was_done_and_drops_what_is_to_be_done_again() -> None:
    deployed = Deployed(V1)
    run_id = await deployed.begin()
    seen: list[RunView] = []

    def to_v2(run: RunView) -> Migrated:
        seen.append(run)
        return Migrated(renamed={"root/a": "root/first/a"}, dropped=["root/b", "root/never_entered"])

    flow = Sequence("root", (Sequence("first", (step("a"), step("extra"))), step("b", seconds=2), step("c")))
    v2 = deployed.world.app(flow, on_change=OnChange.MIGRATE, migrations=(Migration("to_v2", to_v2),))
    state, value, events = await deployed.deploy(v2, run_id)
    assert (state.outcome, value) == (Outcome.SUCCEEDED, "c")
    assert deployed.world.done == {"a": 1, "extra": 1, "b": 1, "c": 1}
    (view,) = seen
    assert {path: node.outcome for path, node in view.nodes.items()} == {
        "root": None,
        "root/a": Outcome.SUCCEEDED,
        "root/b": None,
    }
    assert view.changed == {"flow"}
    (migrated,) = of_kind(events, RunMigrated)
    assert (migrated.by, migrated.renamed, migrated.dropped) == ("to_v2", {"root/a": "root/first/a"}, ("root/b",))
    assert state.definitions == v2.definitions
    assert state.migrations == ("to_v2",)


async def test_a_migrated_run_goes_on_under_the_new_version_without_being_migrated_again() -> None:
    deployed = Deployed(V1)
    run_id = await deployed.begin()
    flow = Sequence("root", (step("a", seconds=1), step("b", seconds=SLOW), step("c", seconds=SLOW)))
    v2 = migrating(deployed.world, flow, Migrated())
    for _ in range(2):
        async with deployed.stage.runtime(apps=[v2]):
            await deployed.stage.clock.advance(5)
    state, value, events = await deployed.deploy(v2, run_id)
    assert (state.outcome, value, len(of_kind(events, RunMigrated))) == (Outcome.SUCCEEDED, "c", 1)


async def test_migrations_are_asked_in_order_and_if_none_can_the_run_stops() -> None:
    deployed = Deployed(V1)
    run_id = await deployed.begin()
    flow, asked = Sequence("root", (step("a"), step("b", seconds=1))), []

    def cannot(run: RunView) -> None:
        asked.append(run.run)

    declared = [Migration("old", cannot), Migration("new", lambda _: Migrated())]
    state, _, _ = await deployed.deploy(
        deployed.world.app(flow, on_change=OnChange.MIGRATE, migrations=declared[:1]), run_id
    )
    assert "None of its migrations (old) can bring it to the present one" in str(state.parked)
    state, value, _ = await deployed.deploy(
        deployed.world.app(flow, on_change=OnChange.MIGRATE, migrations=declared), run_id
    )
    assert (state.outcome, value, asked) == (Outcome.SUCCEEDED, "b", [run_id, run_id])


async def test_a_migration_that_breaks_parks_the_run_with_its_error() -> None:
    deployed = Deployed(V1)
    run_id = await deployed.begin()

    def broken(run: RunView) -> Migrated:
        raise LookupError("no such step")

    flow = Sequence("root", (step("a"),))
    for function, told in ((broken, "it raised LookupError: no such step"), (lambda _: 7, "it returned 7")):
        migrations = (Migration("to_v2", function),)  # type: ignore[arg-type]  # the second is to be refused
        app = deployed.world.app(flow, on_change=OnChange.MIGRATE, migrations=migrations)
        state, _, events = await deployed.deploy(app, run_id)
        assert f"migration 'to_v2' of app 'root', on run {run_id}: expected Migrated or None" in str(state.parked)
        assert told in str(state.parked)
        assert of_kind(events, RunMigrated) == []


async def test_a_renamed_step_that_was_sent_is_sent_again_under_the_key_it_had() -> None:
    deployed = Deployed(Sequence("root", (step("pay", seconds=SLOW, function="two"),)))
    run_id = await deployed.begin()
    flow = Sequence("root", (step("extra"), step("payment", seconds=SLOW, function="two")))
    state, value, _ = await deployed.deploy(
        migrating(deployed.world, flow, Migrated(renamed={"root/pay": "root/payment"})), run_id
    )
    assert (state.outcome, value) == (Outcome.SUCCEEDED, "pay")
    assert deployed.world.sent == {"pay": 2, "extra": 1}
    assert len(deployed.world.keys["pay"]) == 1


async def test_the_calls_of_a_renamed_agent_keep_their_keys_too() -> None:
    agent = desk(tools=[two])
    lines = [call("two", {"name": "pay", "seconds": SLOW}), answer("paid")]
    deployed = Deployed(Sequence("root", (AgentNode("desk", "desk"),)), "pay!", lines, agents=(agent,))
    run_id = await deployed.begin()
    v2 = migrating(
        deployed.world,
        Sequence("root", (AgentNode("clerk", "desk"),)),
        Migrated(renamed={"root/desk": "root/clerk"}),
        agents=(agent,),
    )
    state, value, _ = await deployed.deploy(v2, run_id, lines)
    assert (state.outcome, value) == (Outcome.SUCCEEDED, "paid")
    assert len(deployed.world.keys["pay"]) == 1


async def test_killed_at_each_point_while_it_is_migrated_a_run_ends_the_same() -> None:
    flow = Sequence("root", (step("first"), step("b", seconds=2, function="two"), step("c", function="two")))
    told = Migrated(renamed={"root/a": "root/first"})
    kill_at, has_died = 0, True
    while has_died:
        kill_at += 1
        deployed = Deployed(Sequence("root", (step("a", seconds=1), step("b", seconds=2, function="two"))))
        async with deployed.stage.runtime(apps=[deployed.v1]) as runtime:
            await runtime.start("root", None, request_id=REQUEST)
            await deployed.stage.clock.advance(2)
        v2 = migrating(deployed.world, flow, told)
        has_died = await live(deployed.stage, v2, None, (), kill_at) is None
        state = await live(deployed.stage, v2, None, ())
        assert state is not None
        assert state.outcome is Outcome.SUCCEEDED, f"killed at point {kill_at}"
        assert len(of_kind(recorded(deployed.stage), RunMigrated)) == 1, f"killed at point {kill_at}"
        assert {name: len(keys) for name, keys in deployed.world.keys.items()} == {"b": 1, "c": 1}
        assert deployed.world.sent["a"] == 1
    assert kill_at > 10


async def test_the_trace_of_a_migrated_run_shows_what_was_renamed_and_what_was_dropped() -> None:
    deployed = Deployed(V1)
    run_id = await deployed.begin()
    flow = Sequence("root", (step("first"), step("b", seconds=2)))
    v2 = migrating(deployed.world, flow, Migrated(renamed={"root/a": "root/first"}, dropped=["root/b"]))
    await deployed.deploy(v2, run_id)
    async with deployed.stage.runtime(apps=[v2]) as runtime:
        trace = project([entry async for entry in (await runtime.run(run_id)).events(follow=False)])
    nodes = {span.path: (span.name, span.status) for span in trace.spans if span.kind is SpanKind.NODE}
    assert nodes == {
        "root": ("root", SpanStatus.SUCCEEDED),
        "root/first": ("first", SpanStatus.SUCCEEDED),
        "root/b~1": ("b~1", SpanStatus.CANCELLED),
        "root/b": ("b", SpanStatus.SUCCEEDED),
    }
    assert all(span.parent is None or span.parent in trace.by_id for span in trace.spans)
    assert not trace.open_spans()


async def test_items_of_a_map_are_renamed_together() -> None:
    before = Map("root", "['x', 'y']", Sequence("each", (step("a"), item_step(seconds=str(SLOW)))), key="item")
    deployed = Deployed(before)
    run_id = await deployed.begin()
    after = Map("root", "[]", Sequence("each", (step("first"), item_step(seconds="1"))), key="item")
    v2 = migrating(deployed.world, after, Migrated(renamed={"root[]/a": "root[]/first"}))
    state, value, events = await deployed.deploy(v2, run_id)
    assert (state.outcome, value) == (Outcome.SUCCEEDED, ["x", "y"])
    assert of_kind(events, RunMigrated)[0].renamed == {"root[x]/a": "root[x]/first", "root[y]/a": "root[y]/first"}
    assert deployed.world.done["a"] == 2


async def test_branches_and_cases_have_their_new_names_afterwards() -> None:
    before = Sequence(
        "root",
        (
            Parallel("both", (step("a"), step("b", seconds=SLOW))),
            Branch("more", (Case("True", step("yes", seconds=SLOW)),)),
        ),
    )
    after = Sequence(
        "root",
        (
            Parallel("both", (step("first"), step("b", seconds=SLOW), step("extra"))),
            Branch("more", (Case("True", step("sure", seconds=SLOW)),)),
        ),
    )
    deployed = Deployed(before)
    run_id = await deployed.begin()
    renamed = {"root/both/a": "root/both/first", "root/more/yes": "root/more/sure"}
    async with deployed.stage.runtime(apps=[deployed.v1]) as runtime:
        await deployed.stage.clock.advance(SLOW + 5)
        assert (await (await runtime.run(run_id)).state()).nodes["root/more"].case == "yes"
    v2 = migrating(deployed.world, after, Migrated(renamed=renamed))
    async with deployed.stage.runtime(apps=[v2]) as runtime:
        run = await runtime.run(run_id)
        state = await deployed.stage.ended(run)
        assert await run.value(state, "root/both") == {"first": "a", "b": "b", "extra": None}
        assert (state.outcome, state.nodes["root/more"].case) == (Outcome.SUCCEEDED, "sure")


async def test_a_case_is_renamed_too_whose_node_has_not_been_entered() -> None:
    deployed = Deployed(Branch("root", (Case("True", step("yes", seconds=SLOW)),)))
    run_id = await deployed.begin()
    async with deployed.stage.runtime(apps=[deployed.v1]) as runtime:
        state = await (await runtime.run(run_id)).state()
    told = RunMigrated(by="early", definitions=deployed.v1.definitions, models={}, dropped=("root/yes",))
    state = evolve(state, told, AT)
    assert (state.nodes["root"].case, "root/yes" in state.nodes) == ("yes", False)
    v2 = migrating(deployed.world, Branch("root", (Case("True", step("sure")),)), Migrated({"root/yes": "root/sure"}))
    event = adopt(state, v2)
    assert event is not None
    assert evolve(state, event, AT).nodes["root"].case == "sure"


@script
async def v1_script(given: Any, steps: Steps) -> object:
    first = await steps.call("look", one, name="look")
    await steps.sleep("nap", 50)
    return [first]


@script(name="v1_script")
async def v2_script(given: Any, steps: Steps) -> object:
    first = await steps.call("look", one, name="look")
    await steps.sleep("nap", 50)
    return [first, await steps.call("more", one, name="more")]


@script(name="v1_script")
async def other_script(given: Any, steps: Steps) -> object:
    return await steps.call("search", one, name="look")


async def test_a_script_whose_steps_so_far_are_the_same_can_be_migrated_and_any_other_stops() -> None:
    flow = Sequence("root", (ScriptNode("plan", "v1_script"),))
    deployed = Deployed(flow, scripts=(v1_script,))
    run_id = await deployed.begin()
    state, _, _ = await deployed.deploy(migrating(deployed.world, flow, Migrated(), scripts=(other_script,)), run_id)
    assert "root/plan: step 1 was 'look' when recorded, is 'search' now" in str(state.parked)
    renamed = Sequence("root", (ScriptNode("plot", "v1_script"),))
    v3 = migrating(deployed.world, renamed, Migrated(renamed={"root/plan": "root/plot"}), scripts=(v2_script,))
    state, value, _ = await deployed.deploy(v3, run_id)
    assert (state.outcome, value) == (Outcome.SUCCEEDED, ["look", "more"])
    assert {"root/plot/look", "root/plot/nap", "root/plot/more"} <= set(state.nodes)
    assert deployed.world.sent == {"look": 1, "more": 1}


PAY = step("pay", seconds=SLOW, function="two")
DOUBT = step("pay", seconds=SLOW, function="three")
PAID = Sequence("root", (step("paid", function="two"), step("b", seconds=SLOW)))


@pytest.mark.parametrize(
    ("before", "after", "told", "message"),
    [
        (V1, Sequence("root", (step("b"),)), Migrated(), "expected root/a in the present flow, found no such node"),
        (
            V1,
            Sequence("root", (step("a"), step("c"))),
            Migrated(renamed={"root/b": "root/d"}),
            r"expected root/d \(was root/b\) in the present flow, found no such node: rename it, or drop it",
        ),
        (
            V1,
            Sequence("root", (step("a"), Sequence("b", (step("c"),)))),
            Migrated(),
            "expected root/b to be a function, found a sequence",
        ),
        (
            V1,
            Sequence("root", (step("b"),)),
            Migrated(renamed={"root/a": "root/b"}),
            "expected each node to have a path of its own, found root/a and root/b both at root/b",
        ),
        (
            Sequence("root", (DOUBT,)),
            Sequence("root", (step("sent", function="three"),)),
            Migrated(renamed={"root/pay": "root/sent"}),
            "expected nothing in doubt where nodes are renamed or dropped, found three at root/pay: settle it first",
        ),
        (
            Sequence("root", (DOUBT,)),
            Sequence("root", (step("a"),)),
            Migrated(dropped=["root/pay"]),
            "expected nothing in doubt where nodes are renamed or dropped, found three at root/pay",
        ),
        (
            Sequence("root", (PAY,)),
            Sequence("root", (step("a"),)),
            Migrated(dropped=["root/pay"]),
            "root/pay to be kept, found it dropped: it was sent, and what became of it is not known yet",
        ),
        (
            PAID,
            PAID,
            Migrated(dropped=["root/paid"]),
            "root/paid to be kept, found it dropped: it has acted on the wor",
        ),
        (
            Sequence("root", (PAY,)),
            Sequence("root", (step("pay", function="two"), step("paid", function="two"))),
            Migrated(renamed={"root/pay": "root/paid"}),
            "expected no new node at root/pay, whose old one goes on as root/paid and keeps its idempotency keys",
        ),
        (
            Sequence("root", (PAY,)),
            Sequence("root", (step("pay", function="three"),)),
            Migrated(),
            "expected root/pay to go on calling two, found three",
        ),
        (
            Branch("root", (Case("True", step("yes", seconds=SLOW)),)),
            Branch("root", (Case("True", step("no")),)),
            Migrated(dropped=["root/yes"]),
            "expected the case 'yes' that root has taken, found none of that name",
        ),
        (
            Sequence("root", (Sequence("in", (step("a"),)), step("b", seconds=SLOW))),
            Sequence("root", (Sequence("in", (step("a"), step("b"))),)),
            Migrated(renamed={"root/b": "root/in/b"}),
            r"expected root/in/b \(was root/b\), which still runs, in something that does, found root/in ended",
        ),
    ],
)
async def test_what_a_migration_says_and_cannot_be_stops_the_run_with_the_node_s_name(
    before: Node, after: Node, told: Migrated, message: str
) -> None:
    deployed = Deployed(before, functions=(one, two, three))
    run_id = await deployed.begin()
    changed = Sequence("root", (*after.steps, step("last"))) if isinstance(after, Sequence) else after
    state, _, events = await deployed.deploy(migrating(deployed.world, changed, told), run_id)
    assert state.parked is not None
    assert re.search(message, state.parked), state.parked
    assert of_kind(events, RunMigrated) == []


@pytest.mark.parametrize(
    ("after", "told", "message"),
    [
        ("desk", Migrated(dropped=["root/desk"]), "root/desk to be kept, found it dropped: it has acted on the world"),
        ("desk", Migrated(renamed={"root/desk": "root/clerk"}), "expected no new node at root/desk"),
    ],
)
async def test_an_agent_that_has_called_tools_is_neither_begun_again_nor_replaced_in_its_place(
    after: str, told: Migrated, message: str
) -> None:
    agent = desk(tools=[one])
    lines = [call("one", {"name": "x"}), stall("...")]
    deployed = Deployed(Sequence("root", (AgentNode("desk", "desk"),)), "hi", lines, agents=(agent,))
    run_id = await deployed.begin()
    flow = Sequence("root", (AgentNode("clerk", "desk"), AgentNode(after, "desk")))
    state, _, _ = await deployed.deploy(migrating(deployed.world, flow, told, agents=(agent,)), run_id, lines)
    assert message in str(state.parked)


async def test_a_step_of_a_script_under_way_must_still_be_there_to_be_called() -> None:
    @script(name="v1_script")
    async def calls(given: Any, steps: Steps) -> object:
        return await steps.call("look", "one", name="look", seconds=SLOW)

    flow = Sequence("root", (ScriptNode("plan", "v1_script"),))
    deployed = Deployed(flow, scripts=(calls,))
    run_id = await deployed.begin()
    v2 = migrating(deployed.world, flow, Migrated(), scripts=(calls,), functions=(two,))
    state, _, _ = await deployed.deploy(v2, run_id)
    assert "expected one, which root/plan/look calls, among the functions, tools and agents" in str(state.parked)


def test_a_node_at_which_somebody_was_asked_is_not_dropped_into_the_same_place() -> None:
    world = World(Stage().clock)
    state = begin(replace(started(), app="root"), AT)
    events = (
        NodeEntered(node="root", kind="sequence"),
        NodeEntered(node="root/a", kind="function"),
        QuestionAsked(node="root/a", number=1, asked=ref("question")),
    )
    for event in events:
        state = evolve(state, event, AT)
    with pytest.raises(DefinitionChanged, match="found it dropped: somebody was asked there"):
        adopt(state, migrating(world, V1, Migrated(dropped=["root/a"])))


async def test_a_run_that_was_cancelled_is_not_migrated() -> None:
    deployed = Deployed(V1)
    run_id = await deployed.begin()
    async with deployed.stage.runtime() as runtime:
        await (await runtime.run(run_id)).cancel("enough")
    state, _, events = await deployed.deploy(migrating(deployed.world, V1, None, title=str.upper), run_id)
    assert (state.status, of_kind(events, RunMigrated)) == ("CANCELLED", [])


async def test_an_agent_that_is_new_runs_on_the_model_it_declares() -> None:
    deployed = Deployed(V1)
    run_id = await deployed.begin()
    flow = Sequence("root", (step("a"), step("b"), AgentNode("desk", "desk")))
    v2 = migrating(deployed.world, flow, Migrated(dropped=["root/b"]), agents=(desk(),))
    state, value, _ = await deployed.deploy(v2, run_id, [answer("done")])
    assert (state.outcome, value, state.models) == (Outcome.SUCCEEDED, "done", {"desk": "scripted"})
