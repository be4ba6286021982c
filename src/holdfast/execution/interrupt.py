"""What is known of work that was cut off between intent and outcome: by a crash, a cancellation, a stop. Pure."""

from collections.abc import Iterator

from holdfast.journal.events import ModelInterrupted, StepInterrupted
from holdfast.journal.fold.state import NodeState, Phase, RunState, StepState
from holdfast.kernel.limits import Spend


def interruptions(state: RunState) -> list[ModelInterrupted | StepInterrupted]:
    """Return an event, in order of path, for each model call and effect that was sent and has no outcome."""
    price = _price(state.spend)
    found = [event for node in state.nodes.values() for event in _of_node(node, price)]
    return sorted(found, key=lambda event: event.node)


def _price(spend: Spend) -> float | None:
    """Return what a token of this run has cost so far, in dollars."""
    return spend.usd / spend.tokens if spend.tokens and not spend.calls_of_unknown_cost else None


def _of_node(node: NodeState, price: float | None) -> Iterator[ModelInterrupted | StepInterrupted]:
    """Yield the interruptions of one node: its open model call, its open calls, or its own effect."""
    if node.step.is_open:
        yield _step(node.path, 0, 0, node.step)
    agent = node.agent
    if agent is None:
        return
    if agent.phase is Phase.CALLING:
        cost = None if price is None else agent.reserved * price
        yield ModelInterrupted(node=node.path, turn=agent.turn, attempt=agent.attempt, cost_usd=cost)
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
