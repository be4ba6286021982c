"""What is put before whoever decides of a call: values only."""

import msgspec

from holdfast.journal.events.approvals import Need, Ruling
from holdfast.journal.fold.approval_state import Decided
from holdfast.kernel.effects import Effect
from holdfast.kernel.ids import RunId


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the value of one argument stands, word for word, in what the caller has seen."""

    argument: str
    """Its name, with the way to the value if that lies deeper: ``address.city``."""
    value: str
    found_in: tuple[str, ...] = ()
    """The task, results of tools; nowhere: the caller has composed it, or made it up."""
    is_trusted: bool = False
    """Whether one of them is what the user or the developer has said."""


class Way(msgspec.Struct, frozen=True):
    """One way to decide, and what is expected to come of it."""

    ruling: Ruling
    impact: str


class Grounds(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the call is for and what it would do, as it stood when it was asked."""

    tool: str
    arguments: str
    """Canonical JSON: exactly what a yes is bound to."""
    effect: Effect
    reversibility: str | None
    """The tool that undoes it, or ``irreversible``; None if it changes nothing."""
    reason: str
    """Why somebody is asked."""
    policies: tuple[str, ...] = ()
    goal: str = ""
    """What the agent was asked to do."""
    words: str = ""
    """What it said before the call."""
    caller: str | None = None
    """The name of the agent's node; None if the node is itself a tool."""
    user: str | None = None
    """The end user for whom the run acts."""
    options: tuple[Way, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Escalation(Grounds, frozen=True, kw_only=True, omit_defaults=True):
    """A decision that a run waits for: all that somebody needs to make it."""

    run: RunId
    path: str
    """The path of the call."""
    number: int
    digest: str
    """What a yes is bound to: whoever decides names it."""
    asked_at: float
    needs: tuple[Need, ...]
    """Whose yes is needed: all of these."""
    deadline: float | None = None
    at_deadline: str = "reject"
    """What happens then: ``reject``, the call is refused; ``abandon``, the node fails."""
    decisions: tuple[Decided, ...] = ()
    """Who has said yes already."""
    is_edited: bool = False
    """The arguments are another person's, and no longer the caller's."""
