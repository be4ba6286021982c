"""A call as a policy sees it: what was asked for, by whom, and what the run's state says of the circumstances."""

from collections.abc import Mapping

import msgspec

from holdfast.governance.verdict import CallRequest
from holdfast.integration.tools.arguments import NODE_ARGUMENTS_CHARACTERS_MAX, Malformed, canonical_arguments
from holdfast.integration.tools.invocation import Invocation, Order
from holdfast.integration.tools.sources import TASK_MESSAGES
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel.provenance import Trust

CONFIDENCE = "confidence"
"""The argument in which a model says how sure it is, from 0 to 1, where a tool takes one."""


class Caller(msgspec.Struct, frozen=True):
    """Whose calls an executor makes."""

    agent: str | None = None
    autonomy: str = ""


NOBODY = Caller()
"""A flow calls its own tools and functions: no agent does."""


def request_of(invocation: Invocation, caller: Caller) -> CallRequest | None:
    """Return what is asked of the policies; None if the arguments cannot be said in JSON, so that no rule can bear."""
    order, tool, state = invocation.order, invocation.tool, invocation.desk.recorder.state
    arguments = _arguments(invocation)
    if arguments is None:
        return None
    return CallRequest(
        tool=tool.name,
        arguments=arguments,
        effect=tool.effect,
        reversibility=tool.reversibility,
        app=state.app,
        node=order.node,
        agent=caller.agent,
        user=state.user,
        tenant=order.tenant,
        server=tool.server,
        permission=tool.permission,
        trust=least_trust(order, state),
        autonomy=caller.autonomy,
        confidence=confidence_in(arguments),
        spent_usd=state.spend.usd,
        turns=state.spend.turns,
        tool_calls=state.spend.tool_calls,
    )


def _arguments(invocation: Invocation) -> dict[str, object] | None:
    """Return the arguments, defaults filled in. A simulation has put values of its own in the place of the tool's."""
    shape, provided = invocation.tool.shape, invocation.tool.signature.provided
    if invocation.simulation is None:
        return shape.plain({name: value for name, value in invocation.values.items() if name not in provided})
    canonical = canonical_arguments(invocation.order.call.arguments, NODE_ARGUMENTS_CHARACTERS_MAX)
    read = canonical if isinstance(canonical, Malformed) else shape.read_arguments(canonical)
    return shape.plain(read) if isinstance(read, dict) else None


def least_trust(order: Order, state: RunState) -> Trust:
    """Return how far the least trusted content is trusted that has had a say in this call.

    An agent in its first turn has seen its prompt and its input; in every later one results of tools, or what a model
    has made of them. What another node, or another run, has handed over is trusted no further than those.
    """
    node = state.nodes.get(order.node)
    is_opening = order.turn == 1 and node is not None and node.input in (None, state.input) and not _heard(node)
    if not is_opening or state.parent is not None:
        return Trust.UNTRUSTED
    return Trust.USER if state.reacts_to is None else min(Trust.USER, state.reacts_to.trust)


def _heard(node: NodeState) -> bool:
    """Whether its agent was shown more than its prompt and its task: what others have said."""
    return node.agent is not None and len(node.agent.prompt) > TASK_MESSAGES


def confidence_in(arguments: Mapping[str, object]) -> float | None:
    """Return how sure a model says it is; None if it does not."""
    said = arguments.get(CONFIDENCE)
    return float(said) if isinstance(said, int | float) and not isinstance(said, bool) else None
