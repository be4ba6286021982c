"""How effects evolve: an agent's tool calls, and nodes that are tools or functions."""

from collections.abc import Callable

from msgspec.structs import replace

from holdfast.journal.events import (
    ApprovalAsked,
    ApprovalDecided,
    DoubtProbed,
    DoubtSettled,
    StepEnded,
    StepIntended,
    StepInterrupted,
    StepRetried,
)
from holdfast.journal.fold.agent_state import CallState
from holdfast.journal.fold.circles import begun_anew
from holdfast.journal.fold.nodes import entered, with_node
from holdfast.journal.fold.parts import left_in_part
from holdfast.journal.fold.sanitised import with_sanitised
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.fold.step_state import StepState
from holdfast.journal.fold.turns import agent_of, with_agent
from holdfast.journal.fold.variables import with_writes
from holdfast.kernel import paths
from holdfast.kernel.errors import JournalError
from holdfast.kernel.outcomes import Outcome, Settlement

OfStep = (
    StepIntended
    | StepEnded
    | StepInterrupted
    | StepRetried
    | DoubtProbed
    | DoubtSettled
    | ApprovalAsked
    | ApprovalDecided
)


def step_intended(state: RunState, event: StepIntended, at: float, version: int) -> RunState:
    def intend(step: StepState) -> StepState:
        return replace(
            step,
            name=event.name,
            attempt=event.attempt,
            effect=event.effect,
            key=event.key,
            is_open=True,
            is_unknown=False,
            sent_at=at,
            act_at=event.settles_at,
            retry_at=None,
            key_until=event.key_until or step.key_until,
            has_probe=event.has_probe,
        )

    state = with_step(state, event, version, intend)
    return _key_taken(state, event) if event.node in state.sent else state


def step_ended(state: RunState, event: StepEnded, _at: float, version: int) -> RunState:
    def end(step: StepState) -> StepState:
        return replace(
            step,
            attempt=event.attempt,
            family=step.family + event.is_definite,
            attempts_void=event.attempt if event.is_definite else step.attempts_void,
            key_until=None if event.is_definite else step.key_until,
            is_open=False,
            is_unknown=False,
            in_doubt=False,
            retry_at=None,
            outcome=event.outcome,
            shown=event.shown,
            result=event.result,
            fault=event.fault,
            gave=event.gave,
            sketch=event.sketch,
        )

    state = _settled(with_step(state, event, version, end), event)
    if event.unfinished is not None or event.mends:
        state = left_in_part(state, event, step_path(event))
    if event.sanitised is not None:
        state = with_sanitised(state, event.sanitised)
    return with_writes(state, event.node, event.writes, version) if event.writes else state


def step_interrupted(state: RunState, event: StepInterrupted, _at: float, version: int) -> RunState:
    def interrupt(step: StepState) -> StepState:
        may_have_been_done = event.was_sent or event.attempt > step.attempts_void + 1
        return replace(
            step,
            is_open=False,
            is_unknown=event.effect.needs_intent and may_have_been_done and not event.in_doubt,
            act_at=step.act_at if may_have_been_done else None,
            in_doubt=event.in_doubt,
            asks_person=event.in_doubt and not step.has_probe,
            probes=0,
            effect=event.effect,
            retry_at=None,
        )

    state = with_step(state, event, version, interrupt)
    return replace(state, doubts=(*state.doubts, step_path(event))) if event.in_doubt else state


def step_retried(state: RunState, event: StepRetried, _at: float, version: int) -> RunState:
    def retry(step: StepState) -> StepState:
        return replace(
            step,
            attempt=event.attempt,
            effect=event.effect,
            family=step.family + event.is_definite,
            attempts_void=event.attempt if event.is_definite else step.attempts_void,
            key_until=None if event.is_definite else step.key_until,
            is_open=False,
            is_unknown=event.effect.needs_intent and not event.is_definite,
            retry_at=event.retry_at,
        )

    return with_step(state, event, version, retry)


def doubt_probed(state: RunState, event: DoubtProbed, _at: float, version: int) -> RunState:
    def probe(step: StepState) -> StepState:
        act_at = step.act_at if event.retry_at is None else event.retry_at
        return replace(step, probes=event.probe, act_at=act_at, asks_person=event.retry_at is None)

    return with_step(state, event, version, probe)


def doubt_settled(state: RunState, event: DoubtSettled, _at: float, version: int) -> RunState:
    def settle(step: StepState) -> StepState:
        settled = replace(step, in_doubt=False, asks_person=False, is_unknown=False, retry_at=None)
        if event.how is Settlement.DID_NOT:
            return replace(settled, key_until=None, attempts_void=step.attempt)
        is_success = event.how is Settlement.HAPPENED and event.fault is None
        outcome = Outcome.SUCCEEDED if is_success else Outcome.FAILED
        outcome = outcome if event.unfinished is None else Outcome.PARTIAL
        return replace(settled, outcome=outcome, shown=event.shown, result=event.result, fault=event.fault)

    state = _settled(with_step(state, event, version, settle), event)
    if event.unfinished is not None or event.mends:
        state = left_in_part(state, event, step_path(event))
    if event.sanitised is not None:
        state = with_sanitised(state, event.sanitised)
    if (node := state.nodes[event.node]).agent is not None:
        state = with_agent(state, node, replace(node.agent, trail=begun_anew(node.agent, event.turn - 1)), version)
    if event.how is Settlement.ABANDONED:
        return replace(state, abandoned=(*state.abandoned, step_path(event)))
    return state


def _key_taken(state: RunState, event: StepIntended) -> RunState:
    """Note which effect is sent under a key of the node's past."""
    path = step_path(event)
    known = tuple(
        replace(each, step=path) if each.step is None and each.before.key == event.key else each
        for each in state.sent[event.node]
    )
    return replace(state, sent=state.sent.insert(event.node, known))


def step_path(event: OfStep) -> str:
    """Return the path of the effect that ``event`` speaks of."""
    return paths.call(event.node, event.turn, event.call) if event.turn else event.node


def step_at(state: RunState, path: str) -> StepState | None:
    """Return the effect at ``path``; None if there is none, or its agent has taken another turn since."""
    name, turn, call = paths.effect(path)
    node = state.nodes.get(name)
    return None if node is None else step_of(node, turn, call)


def step_of(node: NodeState, turn: int, call: int) -> StepState | None:
    """Return that call of that turn of the agent at ``node``, or without a turn the node's own effect."""
    if turn == 0:
        return node.step
    agent = node.agent
    if agent is None or agent.turn != turn or not 0 < call <= len(agent.calls):
        return None
    return agent.calls[call - 1].step


def _settled(state: RunState, event: StepEnded | DoubtSettled) -> RunState:
    if not state.doubts:
        return state
    path = step_path(event)
    return replace(state, doubts=tuple(doubt for doubt in state.doubts if doubt != path))


def with_step(state: RunState, event: OfStep, version: int, change: Callable[[StepState], StepState]) -> RunState:
    """Return the state with the effect that ``event`` speaks of changed. Raises JournalError if there is none."""
    node = entered(state, event.node)
    if event.turn == 0:
        return with_node(state, replace(node, step=change(node.step)), version)
    agent, at = agent_of(node), event.call - 1
    calls = list(agent.calls)
    if event.turn != agent.turn or not 0 <= at < len(calls):
        raise JournalError(
            f"expected one of the {len(calls)} calls of turn {agent.turn} at {event.node!r}, "
            f"found call {event.call} of turn {event.turn}: the journal is damaged"
        )
    calls[at] = CallState(calls[at].request, change(calls[at].step))
    return with_agent(state, node, replace(agent, calls=tuple(calls)), version)
