"""Where the nodes of a flow lie, without a run: the path of each, and what its parent says of it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from holdfast.kernel import paths
from holdfast.orchestration.flow.nodes import FlowNode, Handoff, Loop, Map, Node, Saga, Vote, children

CHILD_FIELDS = ("steps", "branches", "cases", "otherwise", "do", "rungs", "voters", "judge", "members")
"""The fields of combinators that hold the nodes below them."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node where it lies in a flow."""

    node: Node
    path: str
    """With ``[]`` for any item of a map or round of a loop, and ``[MEMBER]`` for any turn of a member."""
    parent: "Place | None" = None


def within(flow: Node, path: str = "", parent: Place | None = None) -> Iterator[Place]:
    """Yield ``flow`` and every node below it, each before its children, those that undo a step after what they undo."""
    place = Place(flow, path or flow.name, parent)
    yield place
    for child, where in below(flow, place.path):
        yield from within(child, where, place)


def below(node: Node, path: str) -> Iterator[tuple[Node, str]]:
    """Yield the nodes directly below the one at ``path``, each with its own."""
    for child in children(node):
        yield child, path_of(child, node, path)
        if isinstance(node, Saga):
            step = next(step for step in node.steps if step.do is child)
            if step.undo is not None:
                yield step.undo, paths.item(paths.undo(path), child.name)


def path_of(child: Node, node: Node, path: str) -> str:
    """Return where ``child`` lies, which is directly below the ``node`` at ``path``."""
    match node:
        case Map() | Loop():
            return f"{path}[]"
        case Handoff():
            return paths.item(path, child.name)
        case _:
            return paths.below(path, child.name)


def stands(place: Place) -> dict[str, object]:
    """Return what its parent says of the node at ``place``, as plain data: its guard, as what it serves, and the like.

    That is what stands beside it in a structure of the parent that is no node itself, such as a case or a step.
    """
    around = None if place.parent is None else place.parent.node
    if around is None:
        return {}
    if isinstance(around, Vote):
        return {"as": "judge" if around.judge is place.node else "voter"}
    values = (getattr(around, name) for name in around.__struct_fields__ if name in CHILD_FIELDS)
    holders = (each for value in values if isinstance(value, tuple) for each in value if not isinstance(each, FlowNode))
    for holder in holders:
        fields = {name: getattr(holder, name) for name in holder.__struct_fields__}
        if next((value for value in fields.values() if isinstance(value, FlowNode)), None) is place.node:
            beside = {name: value for name, value in fields.items() if not isinstance(value, FlowNode)}
            return {name: msgspec.to_builtins(value) for name, value in beside.items() if value is not None}
    return {}
