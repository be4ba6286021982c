"""What a run that stopped short had achieved: the results of what it finished, and what its agents last said."""

from collections.abc import Iterator

from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.payloads import Payloads
from holdfast.kernel import paths
from holdfast.kernel.messages import Role
from holdfast.kernel.messages_codec import decode_message
from holdfast.kernel.outcomes import Achieved
from holdfast.orchestration.sagas.telling import sagas_of
from holdfast.orchestration.values.values import Values

ACHIEVED_MAX = 50
"""Of how many nodes it is told at most, in the order in which they ended."""


async def achieved(state: RunState, payloads: Payloads) -> Achieved:
    """Return what the run has come to so far."""
    values = Values(state, payloads)
    finished = sorted(_finished(state), key=lambda node: node.left_at)
    speaking = [node for node in state.nodes.values() if node.agent is not None and not _is_good(node)]
    results = {node.path: await values.of(node.path) for node in finished[:ACHIEVED_MAX]}
    said = {}
    for node in speaking[:ACHIEVED_MAX]:
        if text := await _last_words(node, payloads):
            said[node.path] = text
    left_out = max(0, len(finished) - ACHIEVED_MAX) + max(0, len(speaking) - ACHIEVED_MAX)
    return Achieved(results, said, left_out)


def _finished(state: RunState) -> Iterator[NodeState]:
    broken = {saga.path for saga in sagas_of(state)}
    for node in state.nodes.values():
        if broken and not broken.isdisjoint((node.path, *paths.ancestors(node.path))):
            continue  # all of a saga or nothing: what of it stands is told by ``sagas_of``
        around = paths.parent(node.path)
        is_part = around is not None and around in state.nodes and _is_good(state.nodes[around])
        if _is_good(node) and not is_part:
            yield node


def _is_good(node: NodeState) -> bool:
    return node.outcome is not None and node.outcome.is_success


async def _last_words(node: NodeState, payloads: Payloads) -> str:
    """Return the text of the agent's last reply that has any: the newest may have been a call alone."""
    agent = node.agent
    assert agent is not None, "only agents speak"
    newest = agent.prompt if agent.reply is None else (*agent.prompt, agent.reply)
    for identity in reversed(newest):
        message = decode_message(await payloads.fetch(identity))
        if message.role is Role.ASSISTANT and message.text:
            return message.text
    return ""
