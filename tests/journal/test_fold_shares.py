"""How the shares of nodes evolve: what a node takes is taken from the shares that were there when it did."""

from holdfast.journal.events import (
    ModelInterrupted,
    ModelReconciled,
    NodeEntered,
    NodeLeft,
    RunEnded,
    RunRequeued,
    ShareGiven,
)
from holdfast.journal.fold import fold
from holdfast.kernel.limits import NOTHING_SPENT, Budget
from holdfast.kernel.messages import Usage
from holdfast.kernel.outcomes import Outcome
from tests.journal.samples import called, recorded, started

GIVEN = (ShareGiven(node="desk", limits=Budget(tokens=900)), NodeEntered(node="desk", kind="agent"))
UNSEEN = (started(), *GIVEN, called(1), ModelInterrupted(node="desk", turn=1, attempt=1))
CHARGED = len(UNSEEN)
ENDED = (NodeLeft(node="desk", outcome=Outcome.FAILED), RunEnded(status="FAILED", outcome=Outcome.FAILED))
RECONCILED = ModelReconciled(node="desk", turn=1, attempt=1, usage=Usage(20, 4), by="Ann", charged=CHARGED)


def test_what_a_call_took_is_reckoned_anew_in_its_share() -> None:
    assert fold(recorded(UNSEEN)).shares["desk"].spend.tokens > 24
    assert fold(recorded((*UNSEEN, RECONCILED))).shares["desk"].spend.tokens == 24


def test_what_was_charged_before_a_share_was_given_was_never_taken_of_it() -> None:
    state = fold(recorded((*UNSEEN, *ENDED, RunRequeued(by="Ann", dropped=("desk",)), *GIVEN, RECONCILED)))
    assert state.spend.tokens == 24
    assert state.shares["desk"].spend == NOTHING_SPENT
