"""What the fold knows of a node whose steps run as soon as those before them have succeeded."""

import msgspec

from holdfast.kernel.outcomes import Fault


class Judged(msgspec.Struct, frozen=True, gc=False):
    """What came of holding a step against what was expected of it."""

    step: str
    at: int
    """The version of the event that says so: it counts for a step that had ended before."""
    fault: Fault | None = None


class GraphState(msgspec.Struct, frozen=True, gc=False):
    """How the steps of a graph hang together, and what was found of them."""

    after: dict[str, tuple[str, ...]] = {}
    """By a step's name those that it comes directly after."""
    judged: tuple[Judged, ...] = ()
    """The last verdict on each step that has one."""
