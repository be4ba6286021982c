"""What a run tells another goes into the same commit as the event that it tells of."""

from msgspec.structs import replace

from holdfast.journal.correspondence import letters
from holdfast.journal.events import ChildRecalled, Event, RunEnded
from holdfast.journal.fold import begin
from holdfast.journal.fold.state import RunState
from holdfast.journal.mail import Cancel, ChildOver, decode_mail
from holdfast.kernel.outcomes import Outcome
from tests.journal.samples import AT, CHILD, PARENT, RUN, every_event, started

ENDED = RunEnded(status="COMPLETE", outcome=Outcome.SUCCEEDED)
WAITS, ABANDONS = (
    ChildRecalled(node="desk", child=CHILD, reason="enough", abandons_doubts=abandons) for abandons in (False, True)
)


def a_run(**changes: object) -> RunState:
    return begin(replace(started(), **changes), AT)


def test_the_end_of_a_child_is_told_to_its_parent_under_one_id() -> None:
    (letter,) = letters(a_run(parent=PARENT), ENDED)
    assert (letter.to, letter.letter_id) == (PARENT, f"child:{RUN}")
    assert decode_mail(letter.body) == ChildOver(child=RUN)


def test_the_end_of_a_run_without_a_parent_is_told_to_nobody() -> None:
    assert letters(a_run(), ENDED) == ()


def test_a_recall_asks_the_child_to_end_and_may_be_followed_by_one_that_abandons_its_doubts() -> None:
    (first,), (second,) = letters(a_run(), WAITS), letters(a_run(), ABANDONS)
    assert first.to == second.to == CHILD
    assert first.letter_id != second.letter_id
    assert decode_mail(first.body) == Cancel("enough", f"its parent {RUN}")
    assert decode_mail(second.body) == Cancel("enough", f"its parent {RUN}", abandons_doubts=True)


def test_nothing_else_is_told_to_anybody() -> None:
    told: list[Event] = [event for event in every_event() if letters(a_run(parent=PARENT), event)]
    assert [type(event) for event in told] == [ChildRecalled, RunEnded]
