"""What a refused commit tells its driver: it has lost the run, and to whom. Pure."""

from holdfast.journal.port import AlreadyBegun, Lost, Overtaken, Stale
from holdfast.kernel.errors import Fenced
from holdfast.kernel.ids import RunId


def fenced(refused: Lost | Stale | Overtaken | AlreadyBegun, run: RunId, epoch: int, version: int) -> Fenced:
    """Return the error for a driver of ``run`` in ``epoch`` that knew of ``version`` events."""
    return Fenced(_told(refused, run, epoch, version))


def _told(refused: Lost | Stale | Overtaken | AlreadyBegun, run: RunId, epoch: int, version: int) -> str:
    match refused:
        case Lost(other):
            return f"expected to drive run {run} in epoch {epoch}, found epoch {other}: another driver took over"
        case Stale(other):
            return f"expected run {run} at version {version}, found {other}: another driver has written"
        case Overtaken(name, other):
            return (
                f"expected to be alone in writing the shared value {name!r}, found it at version {other}: another "
                f"process has written it, and run {run} goes on from what it had recorded before"
            )
        case AlreadyBegun():
            return f"expected to continue run {run}, found its request begun elsewhere"
