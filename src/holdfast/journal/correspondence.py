"""Which events are told to another run: the letters that go into the same commit as the event. Pure."""

from holdfast.journal.events import ChildRecalled, Event, RunEnded
from holdfast.journal.fold.state import RunState
from holdfast.journal.mail import Cancel, ChildOver, child_letter, encode_mail, recall_letter
from holdfast.journal.port import Letter

TOLD = (RunEnded, ChildRecalled)
"""What is told to another run."""


def letters(state: RunState, event: Event) -> tuple[Letter, ...]:
    """Return the letters that ``event``, of the run that stands at ``state``, carries to other runs."""
    if not isinstance(event, TOLD):  # nearly every event
        return ()
    match event:
        case RunEnded() if state.parent is not None:
            told = ChildOver(child=state.run)
            return (Letter(child_letter(state.run), state.parent, encode_mail(told)),)
        case ChildRecalled():
            asked = Cancel(event.reason, f"its parent {state.run}", event.abandons_doubts)
            letter_id = recall_letter(state.run, abandons_doubts=event.abandons_doubts)
            return (Letter(letter_id, event.child, encode_mail(asked)),)
        case _:
            return ()
