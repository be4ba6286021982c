"""What a driver is told whose commit was refused: that it drives the run no longer, and how that was found out."""

from holdfast.journal.port import AlreadyBegun, Lost, Overtaken, Stale
from holdfast.kernel.errors import Fenced
from holdfast.kernel.ids import RunId

Refusal = Lost | Stale | Overtaken | AlreadyBegun


def fenced(run: RunId, refusal: Refusal, epoch: int, durable: int) -> Fenced:
    """Return the error for a driver in ``epoch`` that knew of version ``durable`` in the store."""
    match refusal:
        case Lost(now):
            return Fenced(f"expected to drive run {run} in epoch {epoch}, found epoch {now}: another driver took over")
        case Stale(version):
            return Fenced(f"expected run {run} at version {durable}, found {version}: another driver has written")
        case Overtaken(name, version):
            return Fenced(
                f"expected to be alone in writing the shared value {name!r}, found it at version {version}: "
                f"another process has written it, and run {run} goes on from what it had recorded before"
            )
        case AlreadyBegun():
            return Fenced(f"expected to continue run {run}, found its request begun elsewhere")
