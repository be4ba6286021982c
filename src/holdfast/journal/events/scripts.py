"""What happens to a script: it goes on, is told how its calls ended, and asks for more."""

import enum

import msgspec

from holdfast.journal.events.event import JournalEvent
from holdfast.kernel.ids import PayloadId


class CallKind(enum.StrEnum):
    """What a script can ask for."""

    FUNCTION = "function"
    TOOL = "tool"
    AGENT = "agent"
    SLEEP = "sleep"
    NOW = "now"
    RANDOM = "random"


class ScriptCall(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that a script asked for."""

    name: str
    """The last part of its path: the name it was given and, from the second time on, which time (``fetch.2``)."""
    kind: CallKind
    what: str = ""
    """The function, tool or agent that is called."""
    arguments: str = ""
    """Digest of the arguments' JSON."""
    input: PayloadId | None = None
    """The arguments as JSON."""
    value: float | None = None
    """The instant a sleep ends at; the instant or the number that the script was given."""

    @property
    def has_node(self) -> bool:
        """Whether it has a node below the script, which is awaited; else the script was given its value at once."""
        return self.kind not in (CallKind.NOW, CallKind.RANDOM)


class ScriptAdvanced(JournalEvent, frozen=True, tag="script.advanced/1"):
    """A script went on as far as it could: until it ended, or each of its tasks waited for a call."""

    node: str
    told: tuple[str, ...] = ()
    """The names of the calls whose end it was told before it went on, in that order."""
    calls: tuple[ScriptCall, ...] = ()
    """What it asked for, in the order in which it did."""
