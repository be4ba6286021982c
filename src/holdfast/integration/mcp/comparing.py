"""What a server offers against what was approved: which tools may be called, and which wait for somebody to look."""

import enum
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.integration.mcp.definition import Definition, unusable
from holdfast.integration.mcp.pins import PinnedTool, ServerPins

FIELDS = ("title", "description", "input_schema", "output_schema", "annotations")


class Standing(enum.StrEnum):
    """How a tool stands."""

    APPROVED = "approved"
    NEW = "new"
    """Never approved."""
    CHANGED = "changed"
    """Approved as something else."""
    GONE = "gone"
    """Approved, and not offered any more."""
    UNUSABLE = "unusable"
    """It cannot be offered at all."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One tool of a server."""

    name: str
    """What the server calls it."""
    standing: Standing
    pinned: PinnedTool | None = None
    found: Definition | None = None
    reason: str = ""
    """What has changed, or why it is unusable."""


def compare(pins: ServerPins, offered: Sequence[Definition]) -> tuple[Compared, ...]:
    """Return how each tool stands, by name."""
    pinned, counts = pins.by_name(), Counter(each.name for each in offered)
    found = {each.name: each for each in offered}
    return tuple(_compared(name, pinned.get(name), found.get(name), counts[name]) for name in sorted({*pinned, *found}))


def _compared(name: str, pinned: PinnedTool | None, found: Definition | None, count: int) -> Compared:
    if found is None:
        return Compared(name, Standing.GONE, pinned)
    if count > 1:
        return Compared(name, Standing.UNUSABLE, pinned, found, f"the server offers {count} tools of this name")
    if pinned is not None and pinned.hash == found.content_hash:
        return Compared(name, Standing.APPROVED, pinned, found)
    if told := unusable(found):
        return Compared(name, Standing.UNUSABLE, pinned, found, told)
    if pinned is None:
        return Compared(name, Standing.NEW, None, found)
    changed = [field for field in FIELDS if getattr(pinned.definition, field) != getattr(found, field)]
    return Compared(name, Standing.CHANGED, pinned, found, f"changed: {', '.join(changed)}")
