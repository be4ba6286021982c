"""How the approval of a call stands after each event, without any clock or payload."""

from holdfast.journal.events import ApprovalAsked, ApprovalDecided, NodeEntered, NodeLeft, RunMigrated, StepEnded
from holdfast.journal.events.approvals import Need, Ruling
from holdfast.journal.fold import begin, evolve
from holdfast.journal.fold.state import RunState
from holdfast.journal.fold.step_state import StepState
from holdfast.kernel.outcomes import Outcome
from tests.journal.samples import AT, ref, started

ASKED = ApprovalAsked(
    node="pay", turn=0, call=0, number=1, tool="pay", definition="d1", digest="b1", asked=ref("case"), needs=(Need(),)
)
YES = ApprovalDecided(node="pay", turn=0, call=0, number=1, ruling=Ruling.APPROVE, by="Ann", digest="b1", settles=True)


def asked() -> RunState:
    state = evolve(begin(started(), AT), NodeEntered(node="pay", kind="tool"), AT)
    return evolve(state, ASKED, AT)


def step(state: RunState) -> StepState:
    return state.nodes["pay"].step


def test_what_is_asked_waits_until_it_is_settled() -> None:
    state = asked()
    assert (state.approvals, state.asked, step(state).awaits_approval) == (("pay",), 1, True)
    state = evolve(state, YES, AT)
    assert (state.approvals, step(state).awaits_approval) == ((), False)
    approval = step(state).standing_approval
    assert approval is not None
    assert [each.by for each in approval.decisions] == ["Ann"]


def test_a_decision_of_another_question_decides_nothing() -> None:
    state = asked()
    other = ApprovalDecided(node="pay", turn=0, call=0, number=9, ruling=Ruling.REJECT, by="Ann", digest="b1")
    after = evolve(state, other, AT)
    assert (after.approvals, step(after)) == (state.approvals, step(state))


def test_a_definite_end_leaves_no_approval_standing() -> None:
    state = evolve(asked(), YES, AT)
    ended = StepEnded(node="pay", turn=0, call=0, name="pay", outcome=Outcome.FAILED, seconds=0.0, is_definite=True)
    assert step(evolve(state, ended, AT)).standing_approval is None


def test_nobody_is_asked_any_more_once_the_node_is_left() -> None:
    state = evolve(asked(), NodeLeft(node="pay", outcome=Outcome.CANCELLED), AT)
    assert state.approvals == ()


def test_a_call_that_waits_moves_along_with_its_node() -> None:
    migrated = RunMigrated(by="m", definitions={}, models={}, renamed={"pay": "disburse"})
    state = evolve(asked(), migrated, AT)
    assert state.approvals == ("disburse",)
    assert state.nodes["disburse"].step.awaits_approval
