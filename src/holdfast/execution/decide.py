"""What an agent does next: a pure function of its state. Reads no clock and no payload."""

from holdfast.execution.actions import Action, AwaitPerson, CallModel, CallTool, Note, Probe, WakeAt
from holdfast.execution.agent import Agent
from holdfast.execution.approving import approval_actions
from holdfast.execution.circling import circled
from holdfast.execution.precedence import may_go
from holdfast.execution.warnings import RUN, warnings_of_agent
from holdfast.governance.budget import Account, forbids_calls, forbids_turn
from holdfast.journal.events import AllowanceRenewed, NodeLeft
from holdfast.journal.fold.agent_state import AgentState, Phase
from holdfast.journal.fold.shares import shares_around
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.fold.step_state import StepState
from holdfast.kernel import paths
from holdfast.kernel.limits import plus, raised
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome

FINAL_DEFECTS = (
    ErrorKind.REFUSED_BY_MODEL,
    ErrorKind.CONTENT_FILTER,
    ErrorKind.CONTEXT_TOO_LONG,
    ErrorKind.MODEL_FAILED,
)
"""Defects of a reply that asking again does not mend."""

INTERRUPTIONS_MAX = 10
"""How often, beyond its attempts, one turn's call may be made again because the reply was never seen."""


def decide_agent(agent: Agent, node: NodeState, run: RunState) -> tuple[Action, ...]:
    """Return what the agent at ``node`` wants under way now."""
    state = node.agent
    assert state is not None, "an agent's node has an agent's state"
    for awaited in run.awaited:
        if awaited.node == node.path:
            return (WakeAt(node.path, awaited.renews_at, (AllowanceRenewed(node=node.path),)),)
    warnings, wanted = warnings_of_agent(agent, node, state, run), _wanted(agent, node, state, run)
    return (*warnings, *wanted) if warnings else wanted


def _wanted(agent: Agent, node: NodeState, state: AgentState, run: RunState) -> tuple[Action, ...]:
    match state.phase:
        case Phase.REPLIED:
            return _after_reply(agent, node, state, run)
        case Phase.READY if state.turn == 0:
            return _next_turn(agent, node, state, run)
        case Phase.READY if state.attempt - state.attempts_before >= agent.model_attempts_max + INTERRUPTIONS_MAX:
            told = f"the model was called {state.attempt} times in turn {state.turn}, and its reply never seen"
            return _leave(node, Outcome.FAILED, Fault(ErrorKind.MODEL_FAILED, told))
        case Phase.READY:
            return (CallModel(node.path, state.turn, state.attempt + 1),)
        case Phase.CALLING:
            return (CallModel(node.path, state.turn, state.attempt),)
        case Phase.FAILED if state.retry_at is None:
            return _leave(node, Outcome.FAILED, state.fault)
        case Phase.FAILED:
            return (CallModel(node.path, state.turn, state.attempt + 1, state.retry_at),)


def accounts(agent: Agent, path: str, state: AgentState, run: RunState) -> tuple[Account, ...]:
    """Return the budgets that the calls of this agent at ``path`` are paid from, the narrowest first."""
    budget = agent.budget if run.raised is None else raised(agent.budget, run.raised)
    own = Account(agent.owner, budget, state.spend, state.reserved, state.reserved_usd or 0.0)
    if not run.shares:
        return own, run_account(run)
    return own, *share_accounts(path, run), run_account(run)


def run_account(run: RunState) -> Account:
    """Return the budget of the whole run; what is lent to children that have not ended is taken from it."""
    spend = plus(run.spend, run.lent) if run.children_open else run.spend
    return Account(RUN, run.budget, spend, run.reserved, run.reserved_usd)


def share_accounts(path: str, run: RunState) -> tuple[Account, ...]:
    """Return the budgets of the nodes around ``path`` that have a share of their own, the innermost first."""
    return tuple(
        Account(
            f"share of {place}",
            share.limits if run.raised is None else raised(share.limits, run.raised),
            plus(share.spend, share.lent),
            share.reserved,
            share.reserved_usd,
        )
        for place, share in shares_around(run, path)
    )


def _after_reply(agent: Agent, node: NodeState, state: AgentState, run: RunState) -> tuple[Action, ...]:
    if state.answer is not None:
        return (Note((NodeLeft(node=node.path, outcome=Outcome.SUCCEEDED, result=state.answer),)),)
    if state.calls:
        pending = _pending_calls(agent, node, state, run)
        return pending or circled(agent, node, state) or _next_turn(agent, node, state, run)
    if state.defect and (state.defect.kind in FINAL_DEFECTS or state.defects_in_a_row > _forgiven(agent, state.defect)):
        return _leave(node, Outcome.FAILED, state.defect)
    return _next_turn(agent, node, state, run)


def _forgiven(agent: Agent, defect: Fault) -> int:
    """Return how many defects in a row are corrected at once. Whoever gives up is asked again later, if at all."""
    return 0 if defect.kind is ErrorKind.GAVE_UP else agent.corrections_max


def _pending_calls(agent: Agent, node: NodeState, state: AgentState, run: RunState) -> tuple[Action, ...]:
    """Return what is wanted for the calls without outcome; none is begun where the budgets cannot pay for all."""
    pending: list[tuple[int, StepState]] = []
    is_untouched, acts_on_something = True, False
    for index, call in enumerate(state.calls, 1):  # one pass, no comprehensions: a frame each, at every look
        step = call.step
        if step.outcome is None:
            pending.append((index, step))
        if step.outcome is not None or step.attempt or step.approval is not None:
            is_untouched = False
        if call.request.acts_on:
            acts_on_something = True
    if not pending:
        return ()
    if is_untouched and (reason := forbids_calls(accounts(agent, node.path, state, run), len(state.calls))):
        return _leave(node, Outcome.FAILED, Fault(ErrorKind.BUDGET, reason))
    wanted: list[Action] = []
    for index, step in pending:
        if not acts_on_something or may_go(state.calls, index):
            wanted += effect_actions(node.path, state.turn, index, step)
    return tuple(wanted)


def effect_actions(path: str, turn: int, call: int, step: StepState) -> tuple[Action, ...]:
    """Return what is wanted for an effect without outcome: that people say yes to it where it waits for that."""
    if step.approval is not None and step.awaits_approval and not step.in_doubt:
        return approval_actions(path, turn, call, step)
    return (call_action(path, turn, call, step),)


def call_action(path: str, turn: int, call: int, step: StepState) -> Action:
    """Return what is wanted for an effect without outcome: where it is in doubt a probe or a person, else the call.

    One that is said not to have happened is made again, but not while what was sent may still arrive.
    """
    if step.asks_person:
        return AwaitPerson(paths.call(path, turn, call) if turn else path)
    if step.in_doubt:
        return Probe(path, turn, call, step.attempt, step.probes + 1, step.act_at)
    if step.is_open:
        return CallTool(path, turn, call, step.attempt)
    not_before = step.retry_at if step.retry_at is not None or step.is_unknown else step.act_at
    return CallTool(path, turn, call, step.attempt + 1, not_before)


def _next_turn(agent: Agent, node: NodeState, state: AgentState, run: RunState) -> tuple[Action, ...]:
    if reason := forbids_turn(accounts(agent, node.path, state, run)):
        return _leave(node, Outcome.FAILED, Fault(ErrorKind.BUDGET, reason))
    return (CallModel(node.path, state.turn + 1, 1),)


def _leave(node: NodeState, outcome: Outcome, fault: Fault | None) -> tuple[Action, ...]:
    return (Note((NodeLeft(node=node.path, outcome=outcome, fault=fault),)),)
