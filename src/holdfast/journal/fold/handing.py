"""Whose turn it is in a handoff, and what each member was handed.

A turn is a member under its name and the number of the turn, from 1: ``HANDOFF[MEMBER.1]``. That a contract held after
a turn counts for that turn alone: after one that is done again the contracts are asked again.
"""

from typing import NamedTuple

from msgspec.structs import replace

from holdfast.journal.events import HandedOver
from holdfast.journal.fold.nodes import entered, with_node
from holdfast.journal.fold.passed import Passed
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.kernel.ids import PayloadId

HANDOFF_KIND = "handoff"
JOINT = "."
"""Stands between a member's name and the number of its turn."""


class Turn(NamedTuple):
    """A turn of a handoff."""

    number: int
    member: str
    path: str


class Handed(NamedTuple):
    """What a member was handed."""

    value: PayloadId
    is_from_member: bool
    """Not what the handoff itself began with."""


def handed_over(state: RunState, event: HandedOver, _at: float, version: int) -> RunState:
    node = entered(state, event.node)
    passed = Passed(event.giver, event.taker, event.contract, event.carried, version)
    before = node.passed[: event.number - 1]
    return with_node(state, replace(node, passed=(*before, passed), is_decided=True, decided_at=version), version)


def turn_path(handoff: str, member: str, number: int) -> str:
    """Return the path of that turn."""
    return paths.item(handoff, f"{member}{JOINT}{number}")


def member_of(path: str) -> str:
    """Return whose turn lies at ``path``."""
    return path.rpartition("[")[2].rpartition(JOINT)[0]


def turns(run: RunState, handoff: NodeState) -> list[Turn]:
    """Return the turns of ``handoff`` that have been, then the one that goes on or comes next."""
    began = (name for name in handoff.branches if turn_path(handoff.path, name, 1) in run.nodes)
    member = next(began, handoff.branches[0])
    found = [Turn(1, member, turn_path(handoff.path, member, 1))]
    for number, passed in enumerate(handoff.passed, start=2):
        node = run.nodes.get(found[-1].path)
        if node is None or node.outcome is None or passed.version < node.left_at:
            break
        found.append(Turn(number, passed.taker, turn_path(handoff.path, passed.taker, number)))
    return found


def handed(run: RunState, path: str) -> Handed | None:
    """Return what the member was handed whose turn the node at ``path`` is, or lies in; None outside of all."""
    inner = path
    for around in paths.ancestors(path):
        node = run.nodes.get(around)
        if node is not None and node.kind == HANDOFF_KIND:
            number = int(inner.rpartition(JOINT)[2].removesuffix("]"))
            if number > 1:
                return Handed(node.passed[number - 2].carried, is_from_member=True)
            outside = handed(run, around)
            assert node.input is not None, "a handoff is entered with what it begins with"
            return Handed(node.input, outside is not None and outside.is_from_member)
        inner = around
    return None
