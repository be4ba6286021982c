"""Assembles what an agent's next turn shows the model: what it saw before, and what has happened since.

Selection never reorders and never rewrites, so the prefix stays identical from turn to turn and a provider's prompt
cache holds. What a turn adds is recorded as a delta; the prompt of a turn is the concatenation of the deltas up to it.
"""

import msgspec

from holdfast.journal.fold.agent_state import AgentState
from holdfast.journal.payloads import Payloads
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.messages import Message
from holdfast.kernel.messages_codec import decode_message
from holdfast.kernel.token_bounds import borders_tokens_max, message_tokens_max
from holdfast.kernel.tokens import message_tokens


class Assembled(msgspec.Struct, frozen=True):
    """The messages of one turn, and which of them are new."""

    messages: tuple[Message, ...]
    added: tuple[PayloadId, ...]
    tokens_added: int
    tokens_max_added: int
    """The most that the new ones can be; of a reply that its model has counted only what a provider adds to it."""


class Assembly:
    """Assembles the turns of one agent node; keeps the decoded prefix between turns, rebuilds it after a restart."""

    __slots__ = ("_ids", "_messages", "_payloads")

    def __init__(self, payloads: Payloads) -> None:
        self._payloads = payloads
        self._ids: tuple[PayloadId, ...] = ()
        self._messages: tuple[Message, ...] = ()

    async def assemble(self, agent: AgentState, new: tuple[PayloadId | Message, ...]) -> Assembled:
        """Return the prompt that ``agent`` has seen so far with ``new`` at its end.

        Only what no model has counted yet is estimated, so an estimate is never off by more than one turn.
        """
        if self._ids != agent.prompt:
            await self._rebuild(agent.prompt)
        added, messages, tokens, tokens_max = [], [], 0, 0
        for piece in new:
            match piece:
                case Message():
                    piece = self._payloads.veil.value(piece)
                    added.append(self._payloads.keep_message(piece))
                    messages.append(piece)
                case identity:
                    added.append(identity)
                    known = self._payloads.message_at_hand(identity)
                    messages.append(known or await self._payloads.fetch_message(identity))
            if added[-1] == agent.counted:
                tokens_max += borders_tokens_max(messages[-1])
            else:
                tokens += message_tokens(messages[-1])
                tokens_max += message_tokens_max(messages[-1])
        self._ids += tuple(added)
        self._messages += tuple(messages)
        return Assembled(self._messages, tuple(added), tokens, tokens_max)

    async def _rebuild(self, prompt: tuple[PayloadId, ...]) -> None:
        bodies = await self._payloads.fetch_all(prompt)
        self._ids = prompt
        self._messages = tuple(decode_message(body) for body in bodies)


def since_last_turn(agent: AgentState) -> tuple[PayloadId, ...]:
    """Return what the model has not been shown yet: its own last reply, then the results of its calls, in order."""
    if agent.reply is None:
        return ()
    return (agent.reply, *(call.step.shown for call in agent.calls if call.step.shown is not None))
