"""What happens to a run as a whole: it starts, moves through its lifecycle, is parked, cancelled, ended."""

import msgspec

from holdfast.journal.events.bus import Cause
from holdfast.journal.events.event import JournalEvent
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.kernel.limits import Budget
from holdfast.kernel.outcomes import Fault, Outcome


class Origin(msgspec.Struct, frozen=True):
    """Where a fork comes from: what it has in common with that run are the events up to ``version``."""

    run: RunId
    version: int


class Ancestor(msgspec.Struct, frozen=True):
    """A run above another: of which app it is, and what it was asked."""

    run: RunId
    app: str
    input: PayloadId


class RunStarted(JournalEvent, frozen=True, tag="run.started/1"):
    """A request was accepted: the first event of every run."""

    run: RunId
    tenant: str
    app: str
    input: PayloadId
    """JSON of the validated input."""
    definitions: dict[str, str]
    """What runs, by content hash: ``flow``, ``agent:NAME`` (its prompts included), ``tool:NAME``, ``function:NAME``,
    ``script:NAME``."""
    models: dict[str, str]
    """The model each agent runs on, by the agent's name."""
    budget: Budget
    title: str = ""
    request_id: str | None = None
    session: str | None = None
    parent: RunId | None = None
    """The run that began it as its child."""
    parent_step: str = ""
    """The node of the parent that waits for it."""
    depth: int = 0
    """How many runs it stands below: 0 for one that nobody's run began."""
    model: str | None = None
    """The one model that was asked for in place of every agent's own: what it begins inherits that."""
    models_asked: dict[str, str] = msgspec.field(default_factory=dict)
    """Models that were asked for by an agent's name, in place of its own: what it begins inherits them."""
    engine: str = ""
    """The version of Holdfast that accepted it."""
    origin: Origin | None = None
    """The run that it is a fork of; the events up to that version are the history it has inherited."""
    simulates: bool = False
    """Effects from ``keyed`` on are not sent, for it was begun by a run that sends none."""
    is_batch: bool = False
    """Nobody waits for it: others go first, as far as nobody waits for ever."""
    user: str | None = None
    """The end user for whom it acts, by the id of the caller's own records; None if nobody said."""
    ancestors: tuple[Ancestor, ...] = ()
    """The runs above it, the first of them first."""
    cause: Cause | None = None
    """The event on the bus that it was begun for."""


class LifecycleMoved(JournalEvent, frozen=True, tag="run.moved/1"):
    """The run took a declared transition of the lifecycle machine."""

    to: str
    reason: str = ""


class ResourcesFailed(JournalEvent, frozen=True, tag="run.resources_failed/1"):
    """What the run's tools need could not be opened."""

    attempt: int
    """Which attempt it was since one last succeeded, from 1."""
    fault: Fault
    retry_at: float | None = None
    """The instant it is tried again; None: a person must see to it."""


class RunReviewed(JournalEvent, frozen=True, tag="run.reviewed/1"):
    """The run's result was held against what the app declares success to be."""

    node: str
    """The round's place in the run: ``APP/review.N``."""
    round: int
    unmet: tuple[str, ...] = ()
    """The criteria that do not hold; none: the review is passed."""
    found: PayloadId | None = None
    """JSON of what was found wanting; None if nothing was."""


class DriverChanged(JournalEvent, frozen=True, tag="run.driver/1"):
    """A worker took the run up again, after a crash, a park or a take-over."""

    worker: str
    epoch: int


class DriverLeft(JournalEvent, frozen=True, tag="run.driver_left/1"):
    """The worker that drove the run was stopped, and has put it down in good order: it was not brought down by it."""

    worker: str


class CancelRequested(JournalEvent, frozen=True, tag="run.cancel_requested/1"):
    """Somebody wants the run to end before its time."""

    reason: str
    by: str
    abandons_doubts: bool = False
    """True: what is in doubt is abandoned rather than waited for."""


class MailRead(JournalEvent, frozen=True, tag="run.mail_read/1"):
    """The driver has consumed the inbox up to ``position``."""

    position: int


class RunParked(JournalEvent, frozen=True, tag="run.parked/1"):
    """The run left memory. ``wake_at`` is the instant it goes on by itself, None if it waits for someone."""

    reason: str
    wake_at: float | None = None
    children: tuple[RunId, ...] = ()
    """The child runs it waits for; none if it waits for somebody as well."""


class RunEnded(JournalEvent, frozen=True, tag="run.ended/1"):
    """The run is over. ``status`` is the lifecycle state it ended in."""

    status: str
    outcome: Outcome
    result: PayloadId | None = None
    fault: Fault | None = None
    waived: tuple[str, ...] = ()
    """The unmet criteria in spite of which a person has accepted the result."""
