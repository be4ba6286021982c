"""What happens to a run that begins with the history of another: from here on it goes its own way."""

import msgspec

from holdfast.journal.events.event import JournalEvent
from holdfast.journal.events.runs import Origin
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.limits import Budget


class NewSystem(msgspec.Struct, frozen=True):
    """Another system prompt for an agent that has begun: its next turn sees this in the place of what it has seen."""

    node: str
    system: PayloadId
    """The message, rendered."""
    tokens: int
    """About how many tokens it is longer than the one before; below 0 for a shorter one."""


class RunForked(JournalEvent, frozen=True, tag="run.forked/1"):
    """The history before this event is that of another run; what is open or in doubt in it is that run's to settle."""

    origin: Origin
    by: str
    budget: Budget
    """The run's limits, counted from here on."""
    models: dict[str, str]
    """The model each agent runs on from here on, by the agent's name."""
    is_live: bool = False
    """Effects are sent, under keys of this run's own; otherwise those from ``keyed`` on are simulated or refused."""
    before: str = ""
    """The path of the turn or step that the original took next."""
    note: str = ""
    model: str | None = None
    """The one model that was asked for in place of every agent's own, as in RunStarted."""
    models_asked: dict[str, str] = msgspec.field(default_factory=dict)
    """Models that were asked for by an agent's name, as in RunStarted."""
    prompts: dict[str, PayloadId] = msgspec.field(default_factory=dict)
    """The text of system prompts that agents have in place of their own, by the agent's name."""
    systems: tuple[NewSystem, ...] = ()
    """What those prompts make of agents that have begun."""
    engine: str = ""
    """The version of Holdfast that made the fork."""
