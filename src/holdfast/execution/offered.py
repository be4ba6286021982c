"""What an agent's model may answer with at one place of a flow, reckoned once: it never changes in an app."""

import msgspec

from holdfast.execution.agent import Agent
from holdfast.integration.gateway.port import Offer
from holdfast.integration.gateway.request import offer_digest
from holdfast.integration.tools.registry import Registry
from holdfast.kernel.token_bounds import offer_tokens_max
from holdfast.kernel.tokens import estimate_tokens


class Offered(msgspec.Struct, frozen=True):
    """An offer, its JSON, its digest, and how many tokens it adds to every request: about, and at most."""

    offer: Offer
    body: bytes
    digest: str
    tokens: int
    tokens_max: int


Offers = dict[tuple[str, frozenset[str]], Offered]
"""What was reckoned already, by the agent's name and its grant: as many as an app's flow has of both."""


def offered(agent: Agent, registry: Registry, granted: frozenset[str]) -> Offered:
    """Return what the model of ``agent`` is offered where it is granted these tools."""
    offer = Offer(registry.schemas(granted), agent.answer.schema)
    body = msgspec.json.encode(offer)
    is_empty = not offer.tools and offer.output_schema is None
    tokens = 0 if is_empty else estimate_tokens(body.decode())
    return Offered(offer, body, offer_digest(offer), tokens, offer_tokens_max(body, is_empty=is_empty))
