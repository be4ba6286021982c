"""How what is tried again evolves: nodes after a failed try, and a run that had failed."""

from msgspec.structs import replace
from rpds import HashTrieMap

from holdfast.journal.events import NodeRetried, RetryDue, RunRequeued
from holdfast.journal.events.retries import SentBefore
from holdfast.journal.fold.agent_state import AgentState, Phase
from holdfast.journal.fold.circles import begun_anew
from holdfast.journal.fold.nodes import entered, with_node
from holdfast.journal.fold.plans import taken_up_again
from holdfast.journal.fold.state import NodeState, RunState, Sent
from holdfast.journal.fold.step_state import StepState
from holdfast.kernel.limits import highest, raised
from holdfast.kernel.outcomes import Outcome


def node_retried(state: RunState, event: NodeRetried, at: float, version: int) -> RunState:
    node = _once_more(entered(state, event.node))
    node = replace(node, tries=event.attempt, tried_at=at, retry_at=event.retry_at, fault=event.fault)
    return replace(with_node(state, node, version), retrying=(*state.retrying, event.node))


def retry_due(state: RunState, event: RetryDue, _at: float, version: int) -> RunState:
    state = with_node(state, replace(entered(state, event.node), retry_at=None), version)
    return replace(state, retrying=tuple(path for path in state.retrying if path != event.node))


def run_requeued(state: RunState, event: RunRequeued, at: float, version: int) -> RunState:
    """What is reopened has all its time once more: while the run lay there, it stood still."""
    nodes = state.nodes
    below = tuple(f"{path}{joint}" for path in event.dropped for joint in "/[")
    for path in [path for path in nodes if path in event.dropped or path.startswith(below)]:
        nodes = nodes.remove(path)
    for path in event.reopened:
        nodes = nodes.insert(path, _reopened(entered(state, path), at))
    return replace(
        state,
        nodes=nodes,
        reviews=tuple(review for review in state.reviews if review.node in nodes),
        sent=_remembered(state, event.sent),
        shares=HashTrieMap({path: share for path, share in state.shares.items() if path in nodes}),
        sagas=tuple(path for path in state.sagas if path in nodes),
        standing=tuple(path for path in state.standing if path in nodes),
        budget=raised(state.budget, event.budget),
        raised=highest(state.raised, event.budget),
        limited_from=at,
        requeues=state.requeues + 1,
        drivers_in_vain=0,
        is_over=False,
        outcome=None,
        result=None,
        fault=None,
        ended_at=None,
        version=version,
    )


def _reopened(node: NodeState, at: float) -> NodeState:
    deadline = None if node.deadline is None else at + (node.deadline - node.entered_at)
    node = taken_up_again(_asking_nobody(_once_more(node)))
    return replace(node, entered_at=at, deadline=deadline, outcome=None, left_at=0, result=None, fault=None, tries=0)


def _once_more(node: NodeState) -> NodeState:
    """Return the node before another try: it goes on where the last one failed, and repeats nothing that succeeded."""
    agent = None if node.agent is None else _asked_again(node.agent)
    if agent is not None:
        agent = replace(agent, trail=begun_anew(agent, agent.turn))
    return replace(node, step=_sent_again(node.step), agent=agent)


def _asking_nobody(node: NodeState) -> NodeState:
    """Return the node with no call waiting for a yes: whoever is to give one is asked anew."""
    node = replace(node, step=_unasked(node.step))
    if node.agent is None:
        return node
    calls = tuple(replace(call, step=_unasked(call.step)) for call in node.agent.calls)
    return replace(node, agent=replace(node.agent, calls=calls))


def _unasked(step: StepState) -> StepState:
    return replace(step, approval=None) if step.awaits_approval else step


def _sent_again(step: StepState) -> StepState:
    """What certainly came to nothing need not be waited for; anything else may still be on its way."""
    if step.outcome is None or step.outcome is Outcome.SUCCEEDED:
        return step
    is_void = step.attempt == step.attempts_void
    act_at = None if is_void else step.act_at
    return replace(step, outcome=None, result=None, shown=None, fault=None, act_at=act_at)


def _asked_again(agent: AgentState) -> AgentState:
    match agent.phase:
        case Phase.FAILED if agent.retry_at is None:
            return replace(agent, phase=Phase.READY, fault=None, attempts_before=agent.attempt)
        case Phase.READY:
            return replace(agent, attempts_before=agent.attempt)
        case Phase.REPLIED if agent.defect is not None and not agent.defect.retryable:
            # What the model was asked it would not answer: it is asked the same once more.
            return replace(agent, phase=Phase.READY, defect=None, stop=None, attempts_before=agent.attempt)
        case _:
            return replace(agent, defects_in_a_row=0)


def _remembered(state: RunState, sent: tuple[SentBefore, ...]) -> "HashTrieMap[str, tuple[Sent, ...]]":
    """Return what was sent before, with ``sent``: whoever sends it next has its key to himself."""
    known = state.sent
    for node in dict.fromkeys(each.node for each in sent):
        known = known.insert(node, tuple(Sent(each) for each in sent if each.node == node))
    return known
