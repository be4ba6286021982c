"""What a combinator asks of the walk around it: the state of the run, and what the nodes below want. Pure."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from holdfast.execution.actions import Action, Evaluate, Note
from holdfast.execution.agent import Agent
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel.outcomes import Fault, Outcome
from holdfast.orchestration.flow.nodes import Node
from holdfast.orchestration.moves.passing import leaving


class Walk(Protocol):
    """One walk over the flow of one run."""

    agents: Mapping[str, Agent]
    run: RunState

    def node(self, node: Node, path: str, limits: Evaluate | None = None) -> Iterable[Action]:
        """Return what the node at ``path`` wants; ``limits`` are imposed on it from outside."""


def leave(run: RunState, state: NodeState, outcome: Outcome, fault: Fault | None = None) -> Action:
    """Return what ends the node at ``state``, and before it whatever still runs below it."""
    return Note(leaving(run, state.path, outcome, fault))
