"""What is told of the sagas of a run that are not whole. Pure."""

from collections.abc import Iterator

from holdfast.journal.fold.state import RunState
from holdfast.orchestration.sagas.telling import StepReport, Undone, sagas_of

WORDS = {
    Undone.UNDONE: "undone",
    Undone.BY_HAND: "undone by hand",
    Undone.STANDS: "stands",
    Undone.PENDING: "being undone",
}


def saga_lines(state: RunState) -> Iterator[str]:
    """Yield a line for each saga that is not whole: what became of each step's deed, in the order of undoing."""
    for saga in sagas_of(state):
        told = ", ".join(map(_told, saga.steps)) or ("nothing was done" if saga.is_settled else "about to be undone")
        yield f"{saga.path}: {told}"


def _told(step: StepReport) -> str:
    by = f" ({step.by})" if step.by else ""
    return f"{step.step.rpartition('/')[2]} {WORDS[step.how]}{by}"
