"""What a turn adds to what the model has seen before: the opening, what was said since, a correction."""

from collections.abc import Mapping

import msgspec

from holdfast.context.assembly import since_last_turn
from holdfast.execution.agent import Agent
from holdfast.execution.hints import hints
from holdfast.journal.fold.state import AgentState, NodeState
from holdfast.journal.payloads import Payloads
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.messages import Message, Role, StopReason, Text, say
from holdfast.kernel.messages_codec import decode_message
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.kernel.provenance import RUNTIME, Provenance, Trust
from holdfast.prompts.prompt import shipped

TRUNCATED = shipped("execution/truncated")
BAD_ANSWER = shipped("execution/bad_answer")
PAUSED = shipped("execution/paused")

Pieces = tuple[PayloadId | Message, ...]


async def opening(agent: Agent, node: NodeState, payloads: Payloads) -> Pieces:
    """Return what the first turn shows: system prompt and task. Raises ExpressionError if a value is missing."""
    value = await payloads.fetch_json(node.input) if node.input else ""
    values = value if isinstance(value, Mapping) else {"input": value}
    source = Provenance(f"prompt:{agent.system.name}", Trust.DEVELOPER)
    return (
        say(Role.SYSTEM, agent.system.render(values), source),
        say(Role.USER, _task(agent, value, values), Provenance("input", Trust.USER)),
    )


async def additions(agent: Agent, state: AgentState, payloads: Payloads) -> Pieces:
    """Return what a later turn shows beside: the last reply, results of its calls, what was wrong with it."""
    said: Pieces = since_last_turn(state)
    if not state.calls and state.reply is not None:
        said = await _without_calls(state.reply, payloads)
    if state.defect is not None:
        return (*said, _correction(agent, state.defect))
    said = (*said, *hints(agent, state))
    return (*said, say(Role.USER, PAUSED.render({}), RUNTIME)) if state.stop is StopReason.PAUSE else said


def _task(agent: Agent, value: object, values: Mapping[str, object]) -> str:
    if agent.task_prompt is not None:
        return agent.task_prompt.render(values)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


async def _without_calls(reply: PayloadId, payloads: Payloads) -> Pieces:
    """Return a reply none of whose calls was looked at: a call without a result is refused by providers."""
    message = decode_message(await payloads.fetch(reply))
    if not message.calls:
        return (reply,)
    texts = tuple(part for part in message.parts if isinstance(part, Text))
    return (Message(message.role, texts, message.provenance),) if texts else ()


def _correction(agent: Agent, defect: Fault) -> Message:
    if defect.kind is ErrorKind.TRUNCATED:
        return say(Role.USER, TRUNCATED.render({"limit": agent.output_tokens_max}), RUNTIME)
    return say(Role.USER, BAD_ANSWER.render({"problem": defect.message}), RUNTIME)
