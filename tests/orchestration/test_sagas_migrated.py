"""A saga that goes on under other code: what was done can still be undone, and is undone once."""

from holdfast import App
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.application.versions import Migrated, Migration, OnChange
from holdfast.orchestration.flow.nodes import FunctionNode, Saga, SagaStep
from holdfast.orchestration.run.handle import Run
from holdfast.orchestration.sagas.telling import Undone, sagas_of
from tests.orchestration.clerks import Office, opening, saga
from tests.runtime.stage import Stage

RENAMED = {"root/account": "root/konto"}
UNDO_RENAMED = {"root/undo[account]": "root/undo[konto]"}


def later(world: Office, told: Migrated) -> App:
    """Return the app after a deployment that calls the account something else."""
    step = opening("account")
    konto = SagaStep(FunctionNode("konto", "open_it", step.do.input), step.undo)  # type: ignore[union-attr]  # it has one
    rule = {"on_change": OnChange.MIGRATE, "migrations": (Migration("to_v2", lambda _: told),)}
    return world.app(Saga("root", (konto, opening("mailbox"))), **rule)


async def stuck(stage: Stage, world: Office) -> Run:
    """Return a run that asks somebody what becomes of the account."""
    async with stage.runtime(apps=[world.app(saga(opening("account"), opening("mailbox")))]) as runtime:
        run = await runtime.start("root", None)
        assert (await stage.ended(run)).questions == ("root/undo[account]/ask.1",)
        return run


def office(stage: Stage) -> Office:
    return Office(stage.clock, {"open mailbox": ["badly"], "close account": ["badly"]})


async def test_a_step_is_not_renamed_without_what_undoes_it() -> None:
    stage = Stage()
    world = office(stage)
    run = await stuck(stage, world)
    async with stage.runtime(apps=[later(world, Migrated(renamed=RENAMED))]) as runtime:
        again = await runtime.run(run.id)
        await again.resume()
        state = await stage.ended(again)
    assert "expected root/undo[account] in the present flow, found no such node" in str(state.parked)
    assert world.standing == ["account"]


async def test_renamed_together_it_is_undone_once() -> None:
    stage = Stage()
    world = office(stage)
    run = await stuck(stage, world)
    async with stage.runtime(apps=[later(world, Migrated(renamed={**RENAMED, **UNDO_RENAMED}))]) as runtime:
        again = await runtime.run(run.id)
        await again.resume()
        assert (await stage.ended(again)).questions == ("root/undo[konto]/ask.1",)
        await again.answer("", "retry")
        state = await stage.ended(again)
    assert (state.outcome, world.log) == (Outcome.FAILED, ["open account", "close account"])
    assert [(each.step, each.how) for saga in sagas_of(state) for each in saga.steps] == [("root/konto", Undone.UNDONE)]


async def test_what_an_open_saga_has_done_is_not_forgotten() -> None:
    stage = Stage()
    world = office(stage)
    run = await stuck(stage, world)
    dropped = ("root/account", "root/undo[account]")
    async with stage.runtime(apps=[later(world, Migrated(dropped=dropped))]) as runtime:
        again = await runtime.run(run.id)
        await again.resume()
        state = await stage.ended(again)
    assert "expected root/account to be kept, found it dropped: root goes on, and may have to undo it" in str(
        state.parked
    )
