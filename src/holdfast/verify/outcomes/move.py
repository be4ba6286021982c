"""One thing that may happen next in a run, in words and as the events that are recorded of it; where a run stands."""

from dataclasses import dataclass

import msgspec
from rpds import HashTrieMap

from holdfast.journal.events import Event
from holdfast.journal.fold.state import RunState
from holdfast.verify.values.unknown import Imaginings

NOTHING_IMAGINED: Imaginings = HashTrieMap()
NOBODY_ASKED: "HashTrieMap[str, str]" = HashTrieMap()


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a run stands, and what was imagined of values on the way."""

    run: RunState
    imaginings: Imaginings = NOTHING_IMAGINED
    chosen: "HashTrieMap[str, str]" = NOBODY_ASKED
    """What people have chosen last, by the place of the question."""


@dataclass(frozen=True, slots=True)
class Move:
    """Something that may happen. Several that may happen at one path are alternatives."""

    path: str
    told: str
    events: tuple[Event, ...]
    imaginings: "Imaginings | None" = None
    """What is imagined from here on; None: as before."""
    by: str = ""
    """Who brings it about, if not the run itself: a person, or time."""
    is_undecided: bool = False
    """It depends on what lies outside of what is decided: it is taken to be possible."""
    failed: "Failed | None" = None
    vectors: tuple[tuple[bool | None, ...], ...] = ()
    """Of what is evaluated at a node: which of its guards hold together."""
    guarded: str = ""
    """What they are kept under, where the node has more than one set of guards; else it is its place."""


class Failed(msgspec.Struct, frozen=True):
    """An expression that has no value, for certain."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    """What an expression gives on one path, and what is imagined on it."""

    imaginings: Imaginings
    value: object = None
    error: str | None = None
    is_undecided: bool = False
