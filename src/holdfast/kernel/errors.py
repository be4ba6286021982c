"""The one tree of exceptions: what a programmer or operator must fix.

What a *run* must live with is a value instead (see ``kernel.outcomes``).

    HoldfastError
    ├── InputError               what a user handed in cannot be used
    │   └── AlreadySettled       a doubt was settled, or a question answered, before
    ├── DefinitionError          an app, agent, tool or flow is declared wrongly
    │   └── ExpressionError      a guard or input expression does not parse or evaluate
    ├── JournalError             the journal refused, or cannot be read
    │   ├── UnknownEvent         an event this version of the code cannot decode
    │   ├── Fenced               another driver has taken the run over
    │   ├── StoreLocked          another process drives this store
    │   ├── Erased               what the run held was erased with its data subject
    │   ├── KeyMissing           the run is sealed, and its key is not here
    │   └── StoreClosed          the store was used after it was closed
    ├── ResourceError            what a run's tools need could not be opened
    ├── Overloaded               too many runs wait to be driven: a new one was not begun
    │   └── AllowanceSpent       an allowance that it would be paid from is spent: it was not begun
    ├── RunNotFound              no run has this id
    ├── RunFailed                a result was asked for of a run that did not succeed
    ├── DefinitionChanged        the code changed under a run in flight
    ├── ScriptError              a script does what a script may not
    ├── StepFailed               a step that a script asked for came to nothing
    ├── IllegalTransition        the lifecycle has no such transition
    ├── SandboxFailed            a job could not be confined, so nothing of it ran
    └── ModelError               a model could not answer (see ``integration.gateway.port``)
"""

from holdfast.kernel.limits import NOTHING_SPENT, Spend
from holdfast.kernel.outcomes import NOTHING_ACHIEVED, Achieved, Fault, Outcome


class HoldfastError(Exception):
    """Anything Holdfast raises on purpose. The message says what was expected, found, and what to do."""


class InputError(HoldfastError):
    """What a user handed in cannot be used."""


class AlreadySettled(InputError):
    """What was to be settled or answered is no doubt or question any more; the message says who was first, and how."""


class DefinitionError(HoldfastError):
    """An app, agent, tool or flow is declared wrongly; raised when it is declared or loaded, never in a run."""


class ExpressionError(DefinitionError):
    """A guard or input expression does not parse, names something unknown, or fails on the values it got."""


class JournalError(HoldfastError):
    """The journal refused an operation, or holds something that cannot be read."""


class UnknownEvent(JournalError):
    """An event this version of the code cannot decode. The run stops; nothing is guessed."""


class Fenced(JournalError):
    """Another driver has taken the run over; this one must stop at once."""


class StoreLocked(JournalError):
    """Another process drives this store. Reading and posting stay possible."""


class Erased(JournalError):
    """What the run held was erased at its data subject's wish: the index still lists it, nobody can read it."""


class KeyMissing(JournalError):
    """The run is sealed under a key that is not among the keys of this store, and was not destroyed here either."""


class StoreClosed(JournalError):
    """The store was used after it was closed."""


class ResourceError(HoldfastError):
    """What a run's tools need could not be opened, through no fault of the run's input."""


class Overloaded(HoldfastError):
    """Too many runs wait to be driven: a new one was not begun. Those that were go on; try again later."""


class AllowanceSpent(Overloaded):
    """An allowance is spent that the run would be paid from: it was not begun. ``renews_at`` says when to try again."""

    def __init__(self, message: str, renews_at: float | None = None) -> None:
        super().__init__(message)
        self.renews_at = renews_at


class RunNotFound(HoldfastError):
    """No run has this id."""


class RunFailed(HoldfastError):
    """A result was asked for of a run that ended without success; ``outcome`` and ``fault`` say how and why.

    ``outcome`` is None for a run that is parked: it waits for somebody, and ``parked`` says for what. ``spend`` is what
    it has consumed, ``achieved`` what it had come to by then.
    """

    def __init__(
        self,
        run: str,
        outcome: Outcome | None,
        fault: Fault | None,
        parked: str | None = None,
        *,
        spend: Spend = NOTHING_SPENT,
        achieved: Achieved = NOTHING_ACHIEVED,
    ) -> None:
        reason = fault.message if fault else "no reason was recorded"
        told = f"ended {outcome}: {reason}" if outcome else f"is parked: {parked or reason}"
        super().__init__(f"run {run} {told}")
        self.outcome, self.fault, self.parked = outcome, fault, parked
        self.spend, self.achieved = spend, achieved


class DefinitionChanged(HoldfastError):
    """The code changed under a run in flight; the message names what changed."""


class ScriptError(HoldfastError):
    """A script does what a script may not: it awaits what is no step, or asks for more steps than there may be."""


class StepFailed(HoldfastError):
    """Raised in a script by a step that came to nothing; ``step``, ``outcome`` and ``fault`` say which, how and why."""

    def __init__(self, step: str, outcome: Outcome, fault: Fault) -> None:
        super().__init__(f"step {step!r} ended {outcome}: {fault.message}")
        self.step, self.outcome, self.fault = step, outcome, fault


class IllegalTransition(HoldfastError):
    """The lifecycle has no such transition; the message names state, event and what is allowed."""


class SandboxFailed(HoldfastError):
    """A job could not be confined, or what it started could not be ended: nothing may be run here."""


class ModelError(HoldfastError):
    """A model could not answer."""
