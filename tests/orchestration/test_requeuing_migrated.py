"""A run that was migrated is requeued: what it did before is known under the names that its steps have now."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.flow import FunctionNode, Sequence
from holdfast.journal.events import Event, RunMigrated, StepEnded, StepIntended
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import InputError
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.application.versions import Migrated, Migration, OnChange
from holdfast.orchestration.flow.nodes import Node
from holdfast.orchestration.past.past import deeds
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage

PATHS = ("root/a", "root/b", "root/c")


async def moved_on(before: Node, after: Node, told: Migrated, from_step: str, named: str) -> World:
    """Begin a run of ``before``, migrate it to ``after``, which fails; requeue it, which repeats ``named``."""
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(before)]) as runtime:
        run = await runtime.start("root", {})
        await stage.clock.advance(5)
    migration = Migration("to_v2", lambda _: told)
    app = world.app(after, on_change=OnChange.MIGRATE, migrations=(migration,))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.run(run.id)
        assert (await stage.ended(run)).outcome is Outcome.FAILED
        with pytest.raises(InputError, match=f"done, or may have been: {named}"):
            await run.requeue(from_step=from_step)
        await run.requeue(from_step=from_step, repeats_effects=True)
        await stage.ended(run)
    return world


@pytest.mark.parametrize("function", ["two", "three"])
async def test_what_a_renamed_step_did_is_not_done_again_unasked_and_then_under_its_key(function: str) -> None:
    act = "{'name': 'act'}"
    world = await moved_on(
        Sequence("root", (FunctionNode("a", function, act), step("z", seconds=1_000))),
        Sequence("root", (FunctionNode("b", function, act), step("z", seconds=1_000), step("last", "badly"))),
        Migrated(renamed={"root/a": "root/b"}),
        "root/b",
        f"{function} at root/b",
    )
    assert world.sent["act"] == 2
    assert len(world.keys["act"]) == (1 if function == "two" else 0), "the other side knows it again"


def sent(path: str, key: str | None = None) -> list[Event]:
    """Return the events of an effect that succeeded."""
    intended = StepIntended(
        node=path,
        turn=0,
        call=0,
        attempt=1,
        name="act",
        effect=Effect.UNSAFE if key is None else Effect.KEYED,
        arguments="",
        key=key,
    )
    return [intended, StepEnded(node=path, turn=0, call=0, attempt=1, name="act", outcome=Outcome.SUCCEEDED, seconds=0)]


def migrated(renamed: dict[str, str], *dropped: str) -> RunMigrated:
    return RunMigrated(by="a_migration", definitions={}, models={}, renamed=renamed, dropped=dropped)


@given(st.lists(st.permutations(PATHS), max_size=4))
def test_however_often_steps_change_places_each_deed_goes_along(orders: list[list[str]]) -> None:
    events = [event for path in PATHS for event in sent(path, f"the key of {path}")]
    where = {path: path for path in PATHS}
    for order in orders:
        renamed = dict(zip(PATHS, order, strict=True))
        events.append(migrated(renamed))
        where = {path: renamed[now] for path, now in where.items()}
    assert {deed.key: (deed.path, deed.node) for deed in deeds(events)} == {
        f"the key of {path}": (now, now) for path, now in where.items()
    }


def test_what_was_under_way_when_its_step_was_renamed_ends_under_its_new_name() -> None:
    intended, _ = sent("root/a")
    _, ended = sent("root/b")
    (deed,) = deeds([intended, migrated({"root/a": "root/b"}), ended])
    assert (deed.path, deed.is_done) == ("root/b", True)


def test_what_a_forgotten_step_did_stays_where_it_was_and_counts_with_what_takes_its_place() -> None:
    events = [*sent("root/a"), sent("root/b")[0], migrated({"root/b": "root/a"}, "root/a")]
    (deed,) = deeds(events)
    assert (deed.path, deed.is_done, deed.is_void) == ("root/a", True, False)
