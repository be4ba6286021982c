"""What a run is charged, from its model calls: the one place that says which day a call belongs to."""

from holdfast.journal.events import ModelCalled
from holdfast.journal.fold.agent_state import AgentState
from holdfast.journal.fold.state import UnseenCall
from holdfast.kernel.charges import Charge, Charges, added, nano
from holdfast.kernel.days import day_of
from holdfast.kernel.messages import Usage

NOTHING_SPENT = Charge(0)


def holding(charges: Charges, event: ModelCalled, at: float) -> Charges:
    """Return ``charges`` with what a call holds that is made at the instant ``at``."""
    usd = event.reserved_usd
    unpriced = (1 + event.is_hedged) * (usd is None)
    held = Charge(day_of(at), held_tokens=event.reserved, held_nano_usd=nano(usd), held_unpriced=unpriced)
    return added(charges, held)


def settled(charges: Charges, agent: AgentState, usage: Usage | None) -> Charges:
    """Return ``charges`` once the call of ``agent`` holds nothing more; ``usage`` is what it is charged, if it is."""
    if not agent.reserved and usage is None:
        return charges
    usd = agent.reserved_usd
    spent = NOTHING_SPENT if usage is None else _spent(0, usage)
    settled = Charge(
        day_of(agent.reserved_at),
        spent.tokens,
        spent.nano_usd,
        spent.unpriced,
        -agent.reserved,
        -nano(usd),
        -(1 + agent.is_hedged) if usd is None else 0,
    )
    return added(charges, settled)


def reconciled(charges: Charges, unseen: UnseenCall, usage: Usage) -> Charges:
    """Return ``charges`` with what a call took in place of the worst, which was charged while nobody knew."""
    day = day_of(unseen.reserved_at)
    undone = Charge(day, -unseen.tokens, -nano(unseen.cost_usd), -(unseen.cost_usd is None))
    return added(added(charges, undone), _spent(day, usage))


def _spent(day: int, usage: Usage) -> Charge:
    return Charge(day, usage.input_tokens + usage.output_tokens, nano(usage.cost_usd), int(usage.cost_usd is None))
