"""The trail of an agent's last calls, by digests alone: what tells whether it goes in circles."""

import msgspec

from holdfast.journal.events.circles import Circle

TRAIL_MAX = 40
"""How many of an agent's last calls are kept."""
SUSPICIONS_MAX = 16
"""Of how many circles it is remembered that the model was told."""


class Mark(msgspec.Struct, frozen=True, gc=False):
    """One call on the trail."""

    tool: str
    arguments: str
    """Digest of the canonical arguments."""
    result: str
    """Digest of what the model was shown."""
    is_error: bool = False
    sketch: tuple[int, ...] = ()
    """Of the arguments of a call that failed."""
    turn: int = 0
    """The turn that made it."""
    may_change: bool = False
    """Whether it may have changed something."""
    is_adrift: bool = False
    """Neither its arguments nor its result had anything in common with the task."""


class Suspicion(msgspec.Struct, frozen=True, gc=False):
    """A circle that was found, and how large it was then."""

    circle: Circle
    key: str
    count: int
    turn: int
    tools: tuple[str, ...]


class Trail(msgspec.Struct, frozen=True, gc=False):
    """An agent's last calls, and what was found on them."""

    marks: tuple[Mark, ...] = ()
    after: int = 0
    """Calls of turns up to this one are not on it: it was begun anew."""
    suspected: tuple[Suspicion, ...] = ()
