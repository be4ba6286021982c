"""Whenever the process dies, a yes is used for one effect at the most, and for exactly what was shown."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import Settlement
from holdfast.governance.approvals import bound
from holdfast.governance.verdict import Asking
from holdfast.integration.gateway.lines import answer, call
from holdfast.journal.events import ApprovalAsked, ApprovalDecided, Event, StepEnded, StepIntended
from holdfast.journal.events.approvals import Ruling
from holdfast.journal.fold.state import RunState
from holdfast.journal.fold.steps import step_path
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.people.approvals import open_approvals
from holdfast.orchestration.run.handle import Run
from tests.orchestration.bank import Bank
from tests.orchestration.counter import Rule, counter
from tests.orchestration.lives import live, recorded, repeated
from tests.runtime.stage import Stage

FOUR_EYES = Asking(approvals=2)
SCRIPT = (call("cash", {"what": "rent"}), call("card", {"what": "bread"}), answer("paid"))
RULINGS = (Ruling.APPROVE, Ruling.EDIT, Ruling.REJECT)


def misused(events: list[Event]) -> list[str]:
    """Return what was sent without a yes to exactly that, or on a yes that was used up by a definite failure."""
    wrong, asked, standing = list[str](), dict[str, str](), dict[str, tuple[str, str]]()
    for event in events:
        match event:
            case ApprovalAsked():
                standing.pop(step_path(event), None)
                asked[step_path(event)] = event.definition
            case ApprovalDecided(settles=True) if event.ruling is not Ruling.REJECT:
                standing[step_path(event)] = (asked[step_path(event)], event.digest)
            case ApprovalDecided():
                standing.pop(step_path(event), None)
            case StepIntended():
                of = standing.get(step_path(event))
                if of is None or bound(of[0], event.arguments) != of[1]:
                    wrong.append(f"{step_path(event)} was sent without a yes to it")
            case StepEnded(is_definite=True):
                standing.pop(step_path(event), None)
            case _:
                pass
    return wrong


async def decide_all(run: Run, ruling: Ruling) -> RunState:
    """Stay with the run, deciding whatever it asks, and settling what a death has left in doubt."""
    while True:
        state = await run.wait()
        if state.is_over:
            return state
        for path in state.doubts:
            await run.settle(path, Settlement.HAPPENED, "receipt")
        for path in open_approvals(state):
            (escalation,) = [each for each in await run.approvals() if each.path == path]
            given = {"what": "less"} if ruling is Ruling.EDIT else None
            for by in ("Ann", "Bob")[len(escalation.decisions) :]:
                first = ruling if by == "Ann" else (Ruling.APPROVE if ruling is Ruling.EDIT else ruling)
                await run.decide(path, first, given if first is Ruling.EDIT else None, by=by, digest=escalation.digest)
                if first is not Ruling.APPROVE:
                    break


@pytest.mark.parametrize("ruling", RULINGS)
async def test_killed_at_each_point_of_asking_deciding_and_sending_the_run_ends_the_same(ruling: Ruling) -> None:
    kill_at = 0
    while True:
        kill_at += 1
        stage = Stage(always={"decides": Rule((FOUR_EYES,))})
        bank = Bank(stage.clock)
        app = counter(bank)

        async def attend(run: Run) -> RunState:
            return await decide_all(run, ruling)

        died = await live(stage, app, "pay", SCRIPT, kill_at, attend) is None
        state = await live(stage, app, "pay", SCRIPT, attend=attend)
        assert state is not None
        assert (state.status, state.outcome) == ("COMPLETE", Outcome.SUCCEEDED), kill_at
        events = recorded(stage)
        assert (repeated(events), misused(events)) == ([], []), kill_at
        assert max(bank.booked.values(), default=0) <= 2, kill_at
        if ruling is Ruling.REJECT:
            assert not bank.requests
        if ruling is Ruling.EDIT:
            assert set(bank.booked) <= {"less"}
        if not died:
            break
    assert kill_at > 20


@given(data=st.data())
async def test_whatever_people_say_and_whenever_it_dies_nothing_is_sent_without_a_yes(data: st.DataObject) -> None:
    approvals = data.draw(st.integers(1, 3), label="approvals")
    stage = Stage(always={"decides": Rule((Asking(approvals=approvals),))})
    goes = st.lists(st.sampled_from(["well", "refused", "lost", "dropped"]), max_size=4)
    bank = Bank(stage.clock, goes=data.draw(goes, label="goes"))
    app = counter(bank)

    async def attend(run: Run) -> RunState:
        while True:
            state = await run.wait()
            if state.is_over:
                return state
            for path in state.doubts:
                await run.settle(path, Settlement.ABANDONED)
            for path in open_approvals(state):
                await some_decision(run, path, data)

    for _ in range(data.draw(st.integers(0, 3), label="deaths")):
        await live(stage, app, "pay", SCRIPT, data.draw(st.integers(1, 40), label="kill_at"), attend)
    state = await live(stage, app, "pay", SCRIPT, attend=attend)
    assert state is not None
    assert state.is_over
    assert misused(recorded(stage)) == []
    assert {what for what, _, _ in bank.requests} <= {"rent", "bread", "less"}


async def some_decision(run: Run, path: str, data: st.DataObject) -> None:
    (escalation,) = [each for each in await run.approvals() if each.path == path]
    said = {each.by for each in escalation.decisions}
    by = next(name for name in ("Ann", "Bob", "Eve", "Dan") if name not in said)
    ruling = data.draw(st.sampled_from(RULINGS), label="ruling")
    is_same = json_of(escalation.arguments) == {"what": "less"}
    if ruling is Ruling.EDIT and is_same:
        ruling = Ruling.APPROVE
    given = {"what": "less"} if ruling is Ruling.EDIT else None
    await run.decide(path, ruling, given, by=by, digest=escalation.digest)


def json_of(text: str) -> object:
    found: object = msgspec.json.decode(text)
    return found
