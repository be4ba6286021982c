"""How a run evolves that begins with the history of another: what that one has under way is none of its own."""

from msgspec.structs import replace
from rpds import HashTrieMap

from holdfast.journal.events import RunForked
from holdfast.journal.events.forks import NewSystem
from holdfast.journal.fold.agent_state import AgentState, CallState, Phase
from holdfast.journal.fold.shares import anew
from holdfast.journal.fold.state import NodeState, QuestionState, RunState
from holdfast.journal.fold.step_state import StepState
from holdfast.journal.fold.trail import Trail
from holdfast.kernel.limits import NOTHING_SPENT, plus


def run_forked(state: RunState, event: RunForked, at: float, version: int) -> RunState:
    """Nothing that was sent is this run's to settle, no key is its own, and all it may consume is left to it."""
    systems = {each.node: each for each in event.systems}
    ended = {run: child for run, child in state.children.items() if child.outcome is not None}
    nodes = {
        path: _taken_over(replace(node, child=node.child if node.child in ended else None), systems.get(path), at)
        for path, node in state.nodes.items()
    }
    if (root := nodes.get(state.app)) is not None and root.outcome is None:
        nodes[state.app] = replace(root, deadline=_root_deadline(state, event, at))
    return replace(
        state,
        origin=event.origin,
        simulates=not event.is_live,
        inherited=plus(state.inherited, state.spend),
        spend=NOTHING_SPENT,
        reserved=0,
        reserved_usd=0.0,
        shares=anew(state.shares),
        low=(),
        charges=(),
        awaited=(),
        unseen=(),
        budget=event.budget,
        started_at=at,
        limited_from=None,
        models=event.models,
        model=event.model,
        models_asked=event.models_asked,
        prompts=event.prompts,
        nodes=HashTrieMap(nodes),
        sent=HashTrieMap(),
        doubts=(),
        abandoned=(),
        children=HashTrieMap(ended),
        children_open=(),
        lent=NOTHING_SPENT,
        cancel_reason=None,
        abandons_by=None,
        inbox_read=0,
        drivers_in_vain=0,
        is_left=False,
        openings_failed=0,
        parked=None,
        awaits=(),
        approvals=(),
        version=version,
    )


def _taken_over(node: NodeState, system: NewSystem | None, at: float) -> NodeState:
    """Return the node with nothing sent; one that goes on has all its time once more."""
    node = replace(
        node,
        step=_unsent(node.step),
        agent=None if node.agent is None else _agent(node.agent, system),
    )
    if node.outcome is not None:
        return node
    return replace(
        node,
        entered_at=at,
        deadline=None if node.deadline is None else at + (node.deadline - node.entered_at),
        question=None if node.question is None else _question(node.question, at),
    )


def _root_deadline(state: RunState, event: RunForked, at: float) -> float | None:
    """Return when the flow's time is up: its own timeout anew, and the seconds of the run's budget as they are now."""
    root, seconds = state.nodes[state.app], state.budget.seconds
    since = state.started_at if state.limited_from is None else state.limited_from
    is_of_budget = seconds is not None and root.deadline == since + seconds
    own = None if root.deadline is None or is_of_budget else at + (root.deadline - root.entered_at)
    given = None if event.budget.seconds is None else at + event.budget.seconds
    return min((instant for instant in (own, given) if instant is not None), default=None)


def _agent(agent: AgentState, system: NewSystem | None) -> AgentState:
    if system is not None:
        tokens = max(0, agent.prompt_tokens + system.tokens)
        # No model has counted the new prompt: how large it can be at most is to be bounded anew.
        agent = replace(agent, prompt=(system.system, *agent.prompt[1:]), prompt_tokens=tokens, model="")
    if agent.phase in (Phase.CALLING, Phase.READY):
        agent = replace(agent, phase=Phase.READY, attempts_before=agent.attempt)
    return replace(
        agent,
        calls=tuple(CallState(call.request, _unsent(call.step)) for call in agent.calls),
        reserved=0,
        reserved_usd=0.0,
        is_hedged=False,
        low=(),
        economy=None,
        trail=Trail(),
        spend=NOTHING_SPENT,
        inherited=plus(agent.inherited, agent.spend),
    )


def _unsent(step: StepState) -> StepState:
    """Return an effect without outcome as this run has it: whoever sent it, it was another."""
    if step.outcome is not None:
        return step
    return replace(
        step,
        attempts_void=step.attempt,
        key=None,
        key_until=None,
        is_open=False,
        is_unknown=False,
        in_doubt=False,
        asks_person=False,
        sent_at=None,
        act_at=None,
        retry_at=None,
        probes=0,
        approval=None,
    )


def _question(question: QuestionState, at: float) -> QuestionState:
    if question.deadline is None or question.choice is not None:
        return question
    return replace(question, asked_at=at, deadline=at + (question.deadline - question.asked_at))
