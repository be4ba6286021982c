"""How effects evolve: an agent's tool calls, and nodes that are tools or functions."""

from collections.abc import Callable

from msgspec.structs import replace

from holdfast.journal.events import StepEnded, StepIntended, StepInterrupted
from holdfast.journal.fold.nodes import entered, with_node
from holdfast.journal.fold.state import CallState, RunState, StepState
from holdfast.journal.fold.turns import agent_of, with_agent
from holdfast.kernel import paths
from holdfast.kernel.errors import JournalError


def step_intended(state: RunState, event: StepIntended, _at: float, version: int) -> RunState:
    def intend(step: StepState) -> StepState:
        return replace(step, name=event.name, attempt=event.attempt, effect=event.effect, key=event.key, is_open=True)

    return _change(state, event, version, intend)


def step_ended(state: RunState, event: StepEnded, _at: float, version: int) -> RunState:
    def end(step: StepState) -> StepState:
        return replace(
            step,
            attempt=event.attempt,
            is_open=False,
            in_doubt=False,
            outcome=event.outcome,
            shown=event.shown,
            result=event.result,
            fault=event.fault,
        )

    return _settled(_change(state, event, version, end), event)


def step_interrupted(state: RunState, event: StepInterrupted, _at: float, version: int) -> RunState:
    def interrupt(step: StepState) -> StepState:
        return replace(step, is_open=False, in_doubt=event.in_doubt, effect=event.effect)

    state = _change(state, event, version, interrupt)
    return replace(state, doubts=(*state.doubts, step_path(event))) if event.in_doubt else state


def step_path(event: StepIntended | StepEnded | StepInterrupted) -> str:
    """Return the path of the effect that ``event`` speaks of."""
    return paths.call(event.node, event.turn, event.call) if event.turn else event.node


def _settled(state: RunState, event: StepEnded) -> RunState:
    if not state.doubts:
        return state
    path = step_path(event)
    return replace(state, doubts=tuple(doubt for doubt in state.doubts if doubt != path))


def _change(
    state: RunState,
    event: StepIntended | StepEnded | StepInterrupted,
    version: int,
    change: Callable[[StepState], StepState],
) -> RunState:
    node = entered(state, event.node)
    if event.turn == 0:
        return with_node(state, replace(node, step=change(node.step)), version)
    agent = agent_of(node)
    at = event.call - 1
    if event.turn != agent.turn or not 0 <= at < len(agent.calls):
        raise JournalError(
            f"expected one of the {len(agent.calls)} calls of turn {agent.turn} at {event.node!r}, "
            f"found call {event.call} of turn {event.turn}: the journal is damaged"
        )
    changed = CallState(agent.calls[at].request, change(agent.calls[at].step))
    return with_agent(state, node, replace(agent, calls=(*agent.calls[:at], changed, *agent.calls[at + 1 :])), version)
