"""Policies that ask a person: the yes is needed, is for these arguments, and is no way round the policies."""

from pathlib import Path

import pytest

from holdfast import Autonomy
from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.scripted import Script
from holdfast.journal.events import ApprovalAsked, StepEnded, StepIntended
from holdfast.journal.events.approvals import Ruling
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.run.handle import Run
from tests.runtime.stage import Stage, events_of, of_kind
from tests.runtime.test_policies import Shop, file_of

CALL = "shop/turn.1/call.1"
ASKS = """
@id("large") @verdict("ask") @reason("more than 100") @roles("finance")
permit (principal, action == Action::"refund", resource) when { context.args.amount > 100 };
"""
LIMIT = '@id("limit") forbid (principal, action == Action::"refund", resource) when { context.args.amount > 1000 };'


def script(amount: int) -> Script:
    return [call("refund", {"amount": amount}), answer("done")]


async def held(stage: Stage, run: Run) -> str:
    """Return the digest of the one call that waits."""
    await stage.ended(run)
    (escalation,) = await run.approvals()
    return escalation.digest


async def test_a_call_that_a_policy_asks_about_waits_for_those_whom_it_names(tmp_path: Path) -> None:
    shop, stage = Shop(file_of(tmp_path, ASKS)), Stage()
    async with stage.runtime(script(500), apps=[shop.app]) as runtime:
        run = await runtime.start("shop", "hello")
        digest = await held(stage, run)
        assert shop.refunded == []
        await run.decide(CALL, Ruling.APPROVE, by="Ann", roles=("finance",), digest=digest)
        assert await stage.result(run) == "done"
        events = await events_of(run)
    (intended,) = of_kind(events, StepIntended)
    assert (shop.refunded, intended.policies, len(of_kind(events, ApprovalAsked))) == ([500], ("large",), 1)


async def test_a_yes_is_no_way_round_a_policy_that_forbids(tmp_path: Path) -> None:
    shop, stage = Shop(file_of(tmp_path, ASKS + LIMIT)), Stage()
    async with stage.runtime(script(500), apps=[shop.app]) as runtime:
        run = await runtime.start("shop", "hello")
        digest = await held(stage, run)
        await run.decide(CALL, Ruling.EDIT, {"amount": 5000}, by="Ann", roles=("finance",), digest=digest)
        assert await stage.result(run) == "done"
        (ended,) = of_kind(await events_of(run), StepEnded)
    assert ended.fault is not None
    assert (ended.outcome, ended.fault.kind, ended.policies) == (Outcome.REFUSED, ErrorKind.DENIED, ("limit",))
    assert shop.refunded == []


@pytest.mark.parametrize(("level", "waits"), [(Autonomy.CONFIRM, True), (Autonomy.CHAINED, True), (None, False)])
async def test_a_level_of_autonomy_has_somebody_asked(level: Autonomy | None, waits: bool) -> None:
    shop, stage = Shop(autonomy=level), Stage()
    async with stage.runtime(script(5), apps=[shop.app]) as runtime:
        run = await runtime.start("shop", "hello")
        state = await stage.ended(run)
    assert (state.status == "WAITING", shop.refunded) == (waits, [] if waits else [5])
