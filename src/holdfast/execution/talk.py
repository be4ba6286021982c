"""What is kept in memory of one agent's turns, so that each costs only what is new in it; nothing of it is needed."""

from holdfast.context.assembly import Assembly
from holdfast.execution.agent import Agent
from holdfast.execution.offered import Offered
from holdfast.governance.bearing import Bearing
from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.gateway.request import message_digest, request_digest
from holdfast.journal.payloads import Payloads
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.messages import Message


class Talk:
    """One agent's prompt, and what was reckoned of it. In one place: a dictionary for each kind is 232 bytes a run."""

    __slots__ = ("_bearing", "_digests", "_offer", "assembly")

    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly
        self._digests: list[str] = []
        self._bearing: Bearing | None = None
        self._offer: tuple[str, PayloadId] | None = None

    def digest(self, request: ModelRequest, offer: Offered) -> str:
        """Digest the request; of its messages only those that are new."""
        known = self._digests
        known += [message_digest(message) for message in request.messages[len(known) :]]
        return request_digest(known, offer.digest, request.output_tokens_max)

    def adrift(self, agent: Agent, messages: tuple[Message, ...]) -> tuple[int, ...]:
        """Return the calls of the turn before that had nothing to do with the task."""
        if agent.loops is None or agent.loops.drift is None or not agent.tools:
            return ()
        if self._bearing is None:
            self._bearing = Bearing()
        return self._bearing.adrift(messages)

    def kept(self, offer: Offered, payloads: Payloads) -> PayloadId:
        """Return the id of the offer's payload, which is the same in every turn."""
        if self._offer is None or self._offer[0] != offer.digest:
            self._offer = offer.digest, payloads.keep(offer.body)
        return self._offer[1]
