"""What happens to effects: intended, ended, interrupted with the outcome unknown, probed, and a doubt settled."""

import msgspec

from holdfast.journal.events.event import JournalEvent
from holdfast.kernel.effects import Effect
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.outcomes import Fault, Outcome, Settlement


class StepIntended(JournalEvent, frozen=True, tag="step.intended/1"):
    """The effect is about to be sent. Durable before it is, from ``keyed`` on."""

    node: str
    turn: int
    """The agent's turn; 0 for a node that is itself a tool or function."""
    call: int
    """The call's place in its turn, from 1; 0 for a node that is itself a tool or function."""
    name: str
    effect: Effect
    arguments: str
    """Digest of the canonical arguments; their text lies in the model's reply or the node's input."""
    key: str | None = None
    """The idempotency key the tool is handed."""
    attempt: int = 1
    settles_at: float | None = None
    """The instant from which it can no longer be under way: its time is up, and what it had sent has arrived or not."""
    key_until: float | None = None
    """The instant until which the other side knows the key, if that was declared and the key was not sent before."""
    has_probe: bool = False
    """Whether one can look what became of it."""
    is_simulated: bool = False
    """Nothing is sent: the tool's own simulation is called, which touches nothing; ``effect`` is that of the call."""
    policies: tuple[str, ...] = ()
    """The ids of the policies that let it through, or let it through once somebody had said yes."""
    autonomy: str = ""
    """How much the agent may do by itself; empty where nobody has said."""


class Write(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A variable of the run that a step has set."""

    name: str
    value: PayloadId | None = None
    """JSON of the value; None if it was removed."""


class Unfinished(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What an effect has left in part, by which another is known that completes or undoes it."""

    what: tuple[str, ...]
    """Digests of the resources that it acts on; where its tool declares none, of its arguments."""
    undo: str = ""
    """The tool that undoes it, if there is one."""


class SharedSet(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A shared value that a step has set, in the commit of this event."""

    name: str
    version: int
    """The version that it made."""
    value: PayloadId | None = None
    """JSON of the value; None if it was removed."""


class Held(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A secret that a result held: the reference that stands in its place, and the value under seal."""

    name: str
    sealed: PayloadId | None = None
    """None if it could not be kept: then it is only ever a reference."""


class Sanitised(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What was done to a result before anybody was shown it."""

    hidden: int = 0
    """Characters that cannot be seen: taken out, or written out."""
    disguised: int = 0
    """Letters and digits that were written as the ASCII ones that they posed as."""
    exact: PayloadId | None = None
    """The result with these as the tool gave them, without its secrets."""
    secrets: tuple[Held, ...] = ()
    """The secrets that it held."""
    personal: dict[str, int] = {}
    """How often personal data of each label stands in it."""
    labelled: PayloadId | None = None
    """JSON of the values that have a label, by the name that stands for each wherever it must not be seen."""


class StepEnded(JournalEvent, frozen=True, tag="step.ended/1"):
    """The effect's outcome is known, or a guard refused it before it was sent."""

    node: str
    turn: int
    call: int
    name: str
    outcome: Outcome
    seconds: float
    attempt: int = 1
    stage: str = ""
    """The executor's stage that ended it; empty if all were passed."""
    result: PayloadId | None = None
    """The whole result, where the model was shown less than that, or where no model asked."""
    shown: PayloadId | None = None
    """The message the model sees: the result, a preview of it with a handle, or the error."""
    result_bytes: int = 0
    fault: Fault | None = None
    is_definite: bool = False
    """It failed, and it is certain that nothing was done: another attempt would be another effect, under a new key."""
    writes: tuple[Write, ...] = ()
    """The variables it has set, all together or, where it failed, none."""
    gave: str = ""
    """Digest of what the model is shown: the same again for the same content."""
    sketch: tuple[int, ...] = ()
    """Of the arguments of a model's call that failed: tells whether the next is nearly the same."""
    is_simulated: bool = False
    """Nothing was done: the result is what the tool's own simulation has made up."""
    policies: tuple[str, ...] = ()
    """The ids of the policies that forbade it; where none permitted it, there is none."""
    waited_seconds: float = 0.0
    """How long it waited for its turn, before it was sent: no part of ``seconds``."""
    unfinished: Unfinished | None = None
    """What it has left in part, if its outcome is partial."""
    mends: tuple[str, ...] = ()
    """Paths of the effects that were left in part, and no longer are: this one has completed or undone them."""
    shared: tuple[SharedSet, ...] = ()
    """What it has set of what runs share, all together or, where it failed, none."""
    sanitised: Sanitised | None = None
    """What its result held that must not be seen as it is; None if there was nothing."""


class StepInterrupted(JournalEvent, frozen=True, tag="step.interrupted/1"):
    """The driver died or was stopped between intent and outcome."""

    node: str
    turn: int
    call: int
    name: str
    effect: Effect
    attempt: int
    in_doubt: bool
    """True: nobody may send it again before a person or a probe has settled what became of it."""
    was_sent: bool = True
    """False: it was withdrawn before its intent was durable, and so nothing has left the process."""
    reason: str = ""
    """Why nobody knows, where the driver lives to tell."""


class StepRetried(JournalEvent, frozen=True, tag="step.retried/1"):
    """The call failed in passing, or could not be sent now, and is made again at an instant."""

    node: str
    turn: int
    call: int
    name: str
    effect: Effect
    attempt: int
    """The attempt that came to nothing, or whose outcome is lost."""
    retry_at: float
    fault: Fault
    is_definite: bool = False
    """It is certain that nothing was done: the next attempt is sent under a new key."""


class DoubtProbed(JournalEvent, frozen=True, tag="step.probed/1"):
    """The tool was asked what became of an effect in doubt, and could not tell."""

    node: str
    turn: int
    call: int
    name: str
    attempt: int
    """The attempt in doubt."""
    probe: int
    """Which time it was asked, from 1."""
    fault: Fault | None = None
    """What went wrong with asking; none if the answer was that it is not known."""
    retry_at: float | None = None
    """When it is asked again; none if only a person can tell."""


class DoubtSettled(JournalEvent, frozen=True, tag="step.settled/1"):
    """Somebody, or something, has said what became of an effect in doubt."""

    node: str
    turn: int
    call: int
    name: str
    attempt: int
    """The attempt that was in doubt."""
    how: Settlement
    by: str
    """Who said so: a person, ``probe``, or ``late outcome of WORKER``."""
    note: str = ""
    result: PayloadId | None = None
    """The result, as in StepEnded."""
    shown: PayloadId | None = None
    """The message the model sees, as in StepEnded."""
    result_bytes: int = 0
    fault: Fault | None = None
    sanitised: Sanitised | None = None
    """As in StepEnded."""
    unfinished: Unfinished | None = None
    """As in StepEnded: it is known to have done only a part."""
    mends: tuple[str, ...] = ()
    """As in StepEnded."""
