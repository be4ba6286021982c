"""What is known of work that was cut off between intent and outcome: by a crash, a cancellation, a stop. Pure."""

from collections.abc import Iterator

from holdfast.journal.events import ModelInterrupted, StepInterrupted
from holdfast.journal.fold.state import NodeState, Phase, RunState, StepState


def interruptions(state: RunState) -> list[ModelInterrupted | StepInterrupted]:
    """Return an event, in order of path, for each model call and effect that was sent and has no outcome."""
    found = [event for node in state.nodes.values() for event in _of_node(node)]
    return sorted(found, key=lambda event: event.node)


def _of_node(node: NodeState) -> Iterator[ModelInterrupted | StepInterrupted]:
    """Yield the interruptions of one node: its open model call, its open calls, or its own effect."""
    if node.step.is_open:
        yield _step(node.path, 0, 0, node.step)
    agent = node.agent
    if agent is None:
        return
    if agent.phase is Phase.CALLING:
        yield ModelInterrupted(node=node.path, turn=agent.turn, attempt=agent.attempt)
    for index, call in enumerate(agent.calls, 1):
        if call.step.is_open:
            yield _step(node.path, agent.turn, index, call.step)


def _step(path: str, turn: int, call: int, step: StepState) -> StepInterrupted:
    return StepInterrupted(
        node=path,
        turn=turn,
        call=call,
        name=step.name,
        effect=step.effect,
        attempt=step.attempt,
        in_doubt=not step.effect.repeats_safely,
    )
