"""What is known of work that was cut off between intent and outcome: by a crash, a cancellation, a stop. Pure."""

from collections.abc import Iterator

from holdfast.journal.events import ModelInterrupted, StepInterrupted
from holdfast.journal.fold.agent_state import Phase
from holdfast.journal.fold.sagas import is_wanted
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.fold.step_state import StepState


def interruptions(state: RunState) -> list[ModelInterrupted | StepInterrupted]:
    """Return an event, in order of path, for each model call and effect that was sent and has no outcome.

    An effect that would be made again is in doubt too where nobody wants it any more: nobody will make it again.
    """
    found = [event for node in state.nodes.values() for event in _of_node(node, is_wanted=is_wanted(state, node))]
    return sorted(found, key=lambda event: event.node)


def obligations(state: RunState) -> list[StepInterrupted]:
    """Return an event for each effect that was to be made again, is not wanted any more, and so is in doubt."""
    return [
        _step(node.path, turn, call, step, in_doubt=True)
        for node in state.nodes.values()
        if not is_wanted(state, node)
        for turn, call, step in effects_of(node)
        if step.is_unknown
    ]


def _of_node(node: NodeState, *, is_wanted: bool) -> Iterator[ModelInterrupted | StepInterrupted]:
    """Yield the interruptions of one node: its open model call, its open calls, or its own effect."""
    agent = node.agent
    if agent is not None and agent.phase is Phase.CALLING:
        cost_usd = agent.reserved_usd
        yield ModelInterrupted(node=node.path, turn=agent.turn, attempt=agent.attempt, cost_usd=cost_usd)
    for turn, call, step in effects_of(node):
        if step.is_open:
            in_doubt = not step.effect.repeats_safely or (step.effect.needs_intent and not is_wanted)
            yield _step(node.path, turn, call, step, in_doubt=in_doubt)


def effects_of(node: NodeState) -> Iterator[tuple[int, int, StepState]]:
    """Yield turn, call and state of each effect that the node has under way or had in its last turn."""
    if node.step.attempt:
        yield 0, 0, node.step
    if node.agent is not None:
        for index, call in enumerate(node.agent.calls, 1):
            yield node.agent.turn, index, call.step


def _step(path: str, turn: int, call: int, step: StepState, *, in_doubt: bool) -> StepInterrupted:
    return StepInterrupted(
        node=path,
        turn=turn,
        call=call,
        name=step.name,
        effect=step.effect,
        attempt=step.attempt,
        in_doubt=in_doubt,
    )
