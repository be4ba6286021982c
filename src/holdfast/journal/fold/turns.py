"""How an agent's turns evolve, and what they cost."""

from msgspec.structs import replace

from holdfast.journal.events import (
    LoopSuspected,
    ModelCalled,
    ModelFailed,
    ModelInterrupted,
    ModelOutrun,
    ModelReconciled,
    ModelReplied,
)
from holdfast.journal.fold import charges
from holdfast.journal.fold.agent_state import AgentState, CallState, Phase
from holdfast.journal.fold.circles import moved_on, suspected
from holdfast.journal.fold.nodes import entered
from holdfast.journal.fold.state import NodeState, RunState, UnseenCall
from holdfast.kernel.errors import JournalError
from holdfast.kernel.limits import USD_DIGITS, Spend
from holdfast.kernel.messages import Usage


def agent_of(node: NodeState) -> AgentState:
    """Return the agent's state of ``node``. Raises JournalError if the node is of another kind."""
    if node.agent is None:
        raise JournalError(f"expected an agent at {node.path!r}, found {node.kind}: the journal is damaged")
    return node.agent


def with_agent(state: RunState, node: NodeState, agent: AgentState, version: int, **changes: object) -> RunState:
    """Return the state with ``agent`` in ``node``, and with ``changes`` to its other fields."""
    nodes = state.nodes.insert(node.path, replace(node, agent=agent))
    return replace(state, nodes=nodes, version=version, **changes)


def model_called(state: RunState, event: ModelCalled, at: float, version: int) -> RunState:
    node = entered(state, event.node)
    agent = agent_of(node)
    is_new_turn = event.turn > agent.turn
    called = replace(
        agent,
        turn=event.turn,
        attempt=event.attempt,
        phase=Phase.CALLING,
        prompt=agent.prompt + event.added,
        prompt_tokens=event.tokens,
        prompt_tokens_max=event.tokens if event.tokens_max is None else event.tokens_max,
        model=event.model,
        counted=None,
        reply=None,
        stop=None,
        calls=(),
        answer=None,
        defect=None,
        fault=None,
        retry_at=None,
        reserved=event.reserved,
        reserved_usd=event.reserved_usd,
        reserved_at=at,
        is_hedged=event.is_hedged,
        attempts_before=0 if is_new_turn else agent.attempts_before,
        spend=replace(agent.spend, turns=agent.spend.turns + is_new_turn),
        trail=moved_on(agent, event.adrift),
    )
    return with_agent(
        state,
        node,
        called,
        version,
        reserved=state.reserved + event.reserved,
        reserved_usd=round(state.reserved_usd + (event.reserved_usd or 0.0), USD_DIGITS),
        charges=charges.holding(state.charges, event, at),
        spend=replace(state.spend, turns=state.spend.turns + is_new_turn),
    )


def model_replied(state: RunState, event: ModelReplied, _at: float, version: int) -> RunState:
    node = entered(state, event.node)
    agent = agent_of(node)
    calls = tuple([CallState(request) for request in event.calls])
    is_counted = event.usage.input_tokens > 0 and event.usage.output_tokens > 0
    replied = replace(
        agent,
        phase=Phase.REPLIED,
        prompt_tokens=event.usage.tokens - event.unreturned if is_counted else agent.prompt_tokens,
        prompt_tokens_max=event.usage.tokens if is_counted else agent.prompt_tokens_max,
        counted=event.reply if is_counted else None,
        reply=event.reply,
        stop=event.stop,
        calls=calls,
        answer=event.answer,
        defect=event.defect,
        defects_in_a_row=agent.defects_in_a_row + 1 if event.defect else 0,
        reserved=0,
        reserved_usd=0.0,
        is_hedged=False,
        spend=_charge(agent.spend, event.usage, len(calls)),
    )
    return with_agent(
        state,
        node,
        replied,
        version,
        reserved=state.reserved - agent.reserved,
        reserved_usd=_freed_usd(state, agent),
        charges=charges.settled(state.charges, agent, event.usage),
        spend=_charge(state.spend, event.usage, len(calls)),
    )


def model_failed(state: RunState, event: ModelFailed, at: float, version: int) -> RunState:
    node = entered(state, event.node)
    agent = agent_of(node)
    is_new_turn = event.turn > agent.turn
    failed = replace(
        agent,
        turn=event.turn,
        attempt=event.attempt,
        phase=Phase.FAILED,
        fault=event.fault,
        retry_at=event.retry_at,
        reserved=0,
        reserved_usd=0.0,
        is_hedged=False,
        attempts_before=0 if is_new_turn else agent.attempts_before,
        spend=replace(agent.spend, turns=agent.spend.turns + is_new_turn),
    )
    if event.is_charged:
        state, failed = _charged_unseen(state, event, agent, failed, agent.reserved_for_one, at, version)
    else:
        state = replace(state, charges=charges.settled(state.charges, agent, None))
    reserved, reserved_usd = state.reserved - agent.reserved, _freed_usd(state, agent)
    return with_agent(state, node, failed, version, reserved=reserved, reserved_usd=reserved_usd)


def model_outrun(state: RunState, event: ModelOutrun, at: float, version: int) -> RunState:
    """Charge half of what is reserved for two calls in full; the other half stays reserved until its own end."""
    node = entered(state, event.node)
    agent = agent_of(node)
    tokens, usd = agent.reserved_for_one, agent.reserved_usd_for_one
    outrun = replace(agent, reserved=tokens, reserved_usd=usd, is_hedged=False)
    state, left = _charged_unseen(state, event, outrun, outrun, tokens, at, version)
    reserved, reserved_usd = state.reserved - tokens, _freed_usd(state, outrun)
    return with_agent(state, node, left, version, reserved=reserved, reserved_usd=reserved_usd)


def model_interrupted(state: RunState, event: ModelInterrupted, at: float, version: int) -> RunState:
    """Charge the reservation in full: what an unseen reply cost is not known, so the worst is assumed."""
    node = entered(state, event.node)
    agent = agent_of(node)
    interrupted = replace(agent, phase=Phase.READY, reserved=0, reserved_usd=0.0, is_hedged=False)
    if event.is_charged:
        interrupted = replace(interrupted, interrupted=agent.interrupted + 1)
        state, interrupted = _charged_unseen(state, event, agent, interrupted, agent.reserved, at, version)
    else:
        interrupted = replace(interrupted, attempts_before=agent.attempts_before + 1)
        state = replace(state, charges=charges.settled(state.charges, agent, None))
    reserved, reserved_usd = state.reserved - agent.reserved, _freed_usd(state, agent)
    return with_agent(state, node, interrupted, version, reserved=reserved, reserved_usd=reserved_usd)


def model_reconciled(state: RunState, event: ModelReconciled, _at: float, version: int) -> RunState:
    """Charge what the call has really consumed, in place of the worst."""
    unseen = next((call for call in state.unseen if call.charged == event.charged), None)
    if unseen is None:
        return replace(state, version=version)  # it was reconciled before
    rest = tuple(call for call in state.unseen if call is not unseen)
    spend = _reconciled(state.spend, unseen, event.usage)
    books = charges.reconciled(state.charges, unseen, event.usage)
    state = replace(state, spend=spend, unseen=rest, charges=books, version=version)
    node = state.nodes.get(unseen.node)
    if node is None or node.agent is None or node.entered_at > unseen.charged_at:
        return state  # the agent that was charged is not there any more
    agent = replace(node.agent, spend=_reconciled(node.agent.spend, unseen, event.usage))
    return with_agent(state, node, agent, version)


def loop_suspected(state: RunState, event: LoopSuspected, _at: float, version: int) -> RunState:
    node = entered(state, event.node)
    agent = agent_of(node)
    return with_agent(state, node, replace(agent, trail=suspected(agent.trail, event)), version)


def _freed_usd(state: RunState, agent: AgentState) -> float:
    """Return the dollars that are reserved without what the agent's call had."""
    return round(state.reserved_usd - (agent.reserved_usd or 0.0), USD_DIGITS)


def _charged_unseen(
    state: RunState,
    event: ModelFailed | ModelOutrun | ModelInterrupted,
    calling: AgentState,
    agent: AgentState,
    tokens: int,
    at: float,
    version: int,
) -> tuple[RunState, AgentState]:
    made_at = calling.reserved_at
    worst = Usage(input_tokens=tokens, cost_usd=event.cost_usd)
    unseen = UnseenCall(
        event.node, event.turn, event.attempt, tokens, event.cost_usd, at, version, made_at, calling.model
    )
    charged = replace(
        state,
        charges=charges.settled(state.charges, calling, worst),
        spend=_charge(state.spend, worst, 0),
        unseen=(*state.unseen, unseen),
    )
    return charged, replace(agent, spend=_charge(agent.spend, worst, 0))


def _reconciled(spend: Spend, unseen: UnseenCall, usage: Usage) -> Spend:
    charged = replace(
        spend,
        input_tokens=spend.input_tokens - unseen.tokens,
        usd=round(spend.usd - (unseen.cost_usd or 0.0), USD_DIGITS),
        calls_of_unknown_cost=spend.calls_of_unknown_cost - (unseen.cost_usd is None),
    )
    return _charge(charged, usage, 0)


def _charge(spend: Spend, usage: Usage, tool_calls: int) -> Spend:
    return replace(
        spend,
        input_tokens=spend.input_tokens + usage.input_tokens,
        output_tokens=spend.output_tokens + usage.output_tokens,
        cached_tokens=spend.cached_tokens + usage.cached_tokens,
        usd=round(spend.usd + (usage.cost_usd or 0.0), USD_DIGITS),
        calls_of_unknown_cost=spend.calls_of_unknown_cost + (usage.cost_usd is None),
        tool_calls=spend.tool_calls + tool_calls,
    )
