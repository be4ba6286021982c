"""What a model call reserves before it is made, and whether what came of it kept to that."""

from collections.abc import Callable

from holdfast.context.assembly import Assembled
from holdfast.execution.actions import CallModel
from holdfast.execution.agent import Agent
from holdfast.execution.decide import accounts
from holdfast.execution.warnings import is_to_economise, model_of, switched
from holdfast.governance.budget import Priced, Reservation, Shortage, forbids_turn, hedged, reserve
from holdfast.journal.events import ReservationExceeded
from holdfast.journal.fold.agent_state import AgentState
from holdfast.journal.recorder import Recorder
from holdfast.kernel.messages import Usage
from holdfast.kernel.token_bounds import message_tokens_max


class Reserving:
    """Reserves for the calls of one run. Nothing in it waits: what is found to be left is left when it is recorded."""

    __slots__ = ("_is_hedged", "_price", "_recorder")

    def __init__(
        self, price: Callable[[str], Priced | None], is_hedged: Callable[[str], bool], recorder: Recorder
    ) -> None:
        """``price`` tells what a model's calls cost, None for one of which nobody knows it.

        ``is_hedged`` tells of which models a second may be asked beside the first.
        """
        self._price, self._is_hedged, self._recorder = price, is_hedged, recorder

    def reserve(
        self, action: CallModel, agent: Agent, assembled: Assembled, offer_tokens_max: int
    ) -> Reservation | str:
        """Return what the call is to reserve, or why it cannot be made.

        Where only the price is too high the agent goes on with its cheaper model, if it declares one: that is recorded.
        """
        run, state = self._recorder.state, self._state(action)
        budgets = accounts(agent, action.path, state, run)
        refusal = forbids_turn(budgets) if action.attempt == 1 else None
        if refusal is not None:
            return refusal
        model = model_of(agent, state, run)
        tokens_max = _tokens_max(state, model, assembled, offer_tokens_max)
        reserved = reserve(budgets, model, tokens_max, agent.output_tokens_max, self._price(model))
        if isinstance(reserved, Shortage) and reserved.limit == "usd" and is_to_economise(agent, state, run):
            switch = switched(agent, action.path, state, run, reserved.told)
            self._recorder.append(switch)
            tokens_max = _tokens_max(state, switch.model, assembled, offer_tokens_max)
            reserved = reserve(budgets, switch.model, tokens_max, agent.output_tokens_max, self._price(switch.model))
        if isinstance(reserved, Shortage):
            return reserved.told
        return hedged(budgets, reserved) if self._is_hedged(reserved.model) else reserved

    def _state(self, action: CallModel) -> AgentState:
        agent = self._recorder.state.nodes[action.path].agent
        assert agent is not None, "a turn is taken of an agent's node"
        return agent


def _tokens_max(state: AgentState, model: str, assembled: Assembled, offer_tokens_max: int) -> int:
    """Return the most tokens that the request can be to ``model``.

    What a model has counted of the prompt so far is no guess. It is one for any other model: then all of it is bounded
    anew.
    """
    if state.model == model:
        return state.prompt_tokens_max + assembled.tokens_max_added
    return offer_tokens_max + sum(map(message_tokens_max, assembled.messages))


def exceeding(action: CallModel, state: AgentState, usage: Usage) -> tuple[ReservationExceeded, ...]:
    """Return what is to be recorded where a call is said to have taken more than it had reserved."""
    reserved, reserved_usd, usd = state.reserved_for_one, state.reserved_usd_for_one, usage.cost_usd
    is_dearer = reserved_usd is not None and usd is not None and usd > reserved_usd
    if usage.tokens <= reserved and not is_dearer:
        return ()
    exceeded = ReservationExceeded(
        node=action.path,
        turn=action.turn,
        attempt=action.attempt,
        reserved=reserved,
        tokens=usage.tokens,
        reserved_usd=reserved_usd,
        usd=usd,
    )
    return (exceeded,)
