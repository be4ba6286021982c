"""Families of runs: a parent whose children act on a world, each as its parent says."""

from typing import Any

from holdfast.journal.fold.state import RunState
from holdfast.kernel.ids import RunId
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import ChildNode, FunctionNode, Node
from tests.orchestration.world import World
from tests.runtime.stage import Stage

KIDS = {"looker": "one", "payer": "two", "sender": "three"}
"""Apps of one step, by the function that it calls with the run's own input."""


def kids(world: World) -> list[App]:
    """Return apps that act on ``world`` as their input says."""
    return [world.app(FunctionNode(name, function)) for name, function in KIDS.items()]


def family(world: World, flow: Node, **changes: Any) -> list[App]:
    """Return an app of ``flow``, and those that its children run."""
    return [world.app(flow, **changes), *kids(world)]


def child(name: str, app: str = "payer", goes: str = "well", seconds: float = 0.0, **more: Any) -> ChildNode:
    """Return a node whose run acts under the node's name."""
    return ChildNode(name, app, input=f"{{'name': '{name}', 'goes': '{goes}', 'seconds': {seconds}}}", **more)


def the_child(state: RunState, path: str) -> RunId:
    """Return the run that the node at ``path`` has started."""
    identity = state.nodes[path].child
    assert identity is not None, f"{path} has started no run"
    return identity


def unfinished(stage: Stage) -> list[str]:
    """Return the apps of the runs that are not over."""
    return [head.app for head in stage.disk.heads() if not head.is_over]


def ends_after_its_children(stage: Stage) -> bool:
    """Whether every run that is over has been written to after each of its children was, and none of those goes on."""
    heads = {head.run: head for head in stage.disk.heads()}
    pairs = [(heads[head.parent], head) for head in heads.values() if head.parent is not None]
    return all(child.is_over and child.updated_at <= parent.updated_at for parent, child in pairs if parent.is_over)
