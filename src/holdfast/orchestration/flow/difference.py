"""What differs between two flows, node by node: added, removed, moved, and which of its fields have changed. Pure.

Two nodes are the same one if they have the same path; beside those, if a node is gone in one place and the same, or one
of its kind and name, has come in another. What lies below a node that has moved has moved with it, and is not told.
"""

import enum
from collections.abc import Iterator

import msgspec

from holdfast.orchestration.flow.nodes import Node, kind
from holdfast.orchestration.flow.pairing import Pairing
from holdfast.orchestration.flow.places import CHILD_FIELDS, Place, stands

ORDER, KIND = "order", "kind"
"""What is told as a field beside a node's own: in which order its children come, and what kind of node it is."""


class Change(enum.StrEnum):
    """What has become of a node."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    """It lies in another place, or has another name."""
    CHANGED = "changed"


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is different: of a node that was removed ``path`` is the old one, of any other the new one."""

    path: str
    change: Change
    kind: str
    """The word for the node's kind."""
    was: str = ""
    """Where a node lay that has moved."""
    field: str = ""
    """Which field has changed; or ``order``, ``kind``, or what its parent says of it: ``when``, ``as``."""
    before: object = None
    """Plain data, as JSON has it; so is ``after``."""
    after: object = None

    def __str__(self) -> str:
        match self.change:
            case Change.ADDED | Change.REMOVED:
                return f"{self.path}: {self.kind} {self.change}"
            case Change.MOVED:
                return f"{self.path}: {self.kind} moved from {self.was}"
            case Change.CHANGED:
                return f"{self.path}: {self.field} {_told(self.before)} -> {_told(self.after)}"


def differences(old: Node, new: Node) -> tuple[Difference, ...]:
    """Return what differs in ``new``: what is gone first, then the rest in the order of the new flow.

    None if and only if the two are equal, of flows that ``check_flow`` admits.
    """
    pairing = Pairing(old, new)
    gone = (Difference(place.path, Change.REMOVED, kind(place.node)) for place in pairing.gone)
    return (*gone, *(found for place in pairing.places for found in _of(place, pairing)))


def _of(place: Place, pairing: Pairing) -> Iterator[Difference]:
    before = pairing.before(place)
    if before is None:
        yield Difference(place.path, Change.ADDED, kind(place.node))
        return
    if pairing.has_moved(place):
        yield Difference(place.path, Change.MOVED, kind(place.node), was=before.path)
    for field, was, now in _fields(before, place, pairing):
        if was != now:
            yield Difference(place.path, Change.CHANGED, kind(place.node), field=field, before=was, after=now)


def _fields(old: Place, new: Place, pairing: Pairing) -> Iterator[tuple[str, object, object]]:
    """Yield each field that both have, with what it was and is."""
    yield KIND, kind(old.node), kind(new.node)
    if not pairing.has_moved(new):
        yield "name", old.node.name, new.node.name
    was, now = _own(old.node), _own(new.node)
    yield from ((name, was[name], now[name]) for name in now if name in was)
    told, tells = stands(old), stands(new)
    yield from ((name, told.get(name), tells.get(name)) for name in {**told, **tells})
    yield (ORDER, *pairing.orders(old, new))


def _own(node: Node) -> dict[str, object]:
    """Return the fields of a node as plain data, but for its name and its children."""
    names = (name for name in node.__struct_fields__ if name not in ("name", *CHILD_FIELDS))
    return {name: msgspec.to_builtins(getattr(node, name)) for name in names}


def _told(value: object) -> str:
    return msgspec.json.encode(value).decode()
