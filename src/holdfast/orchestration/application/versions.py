"""What an app declares for runs that are in flight when its code changes: the rule, the migrations, what they see."""

import enum
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import msgspec

from holdfast.kernel.ids import RunId, digest
from holdfast.kernel.outcomes import Outcome

VERSION_DIGITS = 12


class OnChange(enum.StrEnum):
    """What becomes of a run in flight whose definitions are not the present ones. Nothing is ever guessed."""

    STOP = "stop"
    """It is parked with a message that names what has changed."""
    PIN = "pin"
    """It goes on under the version it runs under, if that is registered among the ``older`` ones; else it stops."""
    MIGRATE = "migrate"
    """A migration says how it goes on under the present version; if none can, it stops."""


class NodeView(msgspec.Struct, frozen=True):
    """A node that the run has entered, as a migration sees it."""

    path: str
    kind: str
    outcome: Outcome | None
    """How it ended; None while it has not."""
    has_acted: bool
    """Whether it has sent what changes the world; for an agent, whether it has called any tool."""
    in_doubt: bool


class RunView(msgspec.Struct, frozen=True):
    """A run as a migration sees it: to be read, nothing of it can be changed."""

    run: RunId
    app: str
    nodes: Mapping[str, NodeView]
    """Every node that was entered, by its path."""
    before: Mapping[str, str]
    """The definitions the run has run under, by content hash: ``flow``, ``agent:NAME``, ``tool:NAME``, ..."""
    now: Mapping[str, str]
    """The same of the present version."""

    @property
    def changed(self) -> frozenset[str]:
        """The names of the definitions that are new, gone or different."""
        names = self.before.keys() | self.now.keys()
        return frozenset(name for name in names if self.before.get(name) != self.now.get(name))


class Migrated(msgspec.Struct, frozen=True):
    """How a run goes on under the present version. What is not named stays where it is.

    What lies below a named path goes along. ``[]`` in a path stands for each item of a map.
    """

    renamed: Mapping[str, str] = {}
    """Paths of nodes, and those they have in the present flow."""
    dropped: Collection[str] = ()
    """Paths of nodes that count as never entered: done again if the present flow has them, else forgotten."""


@dataclass(frozen=True, slots=True)
class Migration:
    """A function over a run's state. It says how the run goes on, or None if it cannot say. It must be pure."""

    name: str
    function: Callable[[RunView], Migrated | None]


def version_id(definitions: Mapping[str, str]) -> str:
    """Return a short name for these definitions together."""
    return digest(msgspec.json.encode(definitions, order="deterministic"))[:VERSION_DIGITS]
