"""What a turn adds to what the model has seen before: the opening, what was said since, a correction."""

from collections.abc import Mapping

import msgspec

from holdfast.context.assembly import since_last_turn
from holdfast.execution.agent import Agent
from holdfast.execution.hearsay import hearsay, parted
from holdfast.execution.hints import hints
from holdfast.journal.fold.agent_state import AgentState
from holdfast.journal.fold.handing import handed
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.payloads import Payloads
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.messages import Message, Role, StopReason, Text, say
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.kernel.provenance import RUNTIME, Provenance, Trust
from holdfast.prompts.prompt import Prompt, shipped

TRUNCATED = shipped("execution/truncated")
BAD_ANSWER = shipped("execution/bad_answer")
PAUSED = shipped("execution/paused")
GAVE_UP = shipped("execution/gave_up")

Pieces = tuple[PayloadId | Message, ...]


async def opening(agent: Agent, node: NodeState, run: RunState, payloads: Payloads) -> Pieces:
    """Return what the first turn shows: system prompt, task, and what others have said. Raises ExpressionError."""
    value, said = parted(await _given(node, payloads), agent.untrusted)
    values = _values(value)
    return (
        _system_message(await _system(agent, run, payloads), values),
        say(Role.USER, _task(agent, value, values), _source(node, run)),
        *hearsay(said),
    )


def _source(node: NodeState, run: RunState) -> Provenance:
    """Return who says what an agent is given: another that handed it over, an event on the bus, or the user.

    What comes of an event is trusted as far as its topic.
    """
    given = handed(run, node.path)
    if given is not None and given.is_from_member:
        return Provenance("handed", Trust.UNTRUSTED)
    is_own = node.input in (None, run.input)
    if is_own and run.reacts_to is not None:
        return Provenance(f"event:{run.reacts_to.topic}", run.reacts_to.trust)
    return Provenance("input", Trust.USER if is_own or run.caused_by is None else Trust.UNTRUSTED)


async def system_message(prompt: Prompt, agent: Agent, node: NodeState, payloads: Payloads) -> Message:
    """Return the system prompt that ``agent`` sees at ``node``. Raises ExpressionError if a value is missing."""
    value, _ = parted(await _given(node, payloads), agent.untrusted)
    return _system_message(prompt, _values(value))


async def additions(agent: Agent, state: AgentState, payloads: Payloads) -> Pieces:
    """Return what a later turn shows beside: the last reply, results of its calls, what was wrong with it."""
    said: Pieces = since_last_turn(state)
    if not state.calls and state.reply is not None:
        said = await _without_calls(state.reply, payloads)
    if state.defect is not None:
        return (*said, _correction(agent, state.defect))
    if state.trail.suspected:
        said = (*said, *hints(agent, state))
    return (*said, say(Role.USER, PAUSED.render({}), RUNTIME)) if state.stop is StopReason.PAUSE else said


async def _system(agent: Agent, run: RunState, payloads: Payloads) -> Prompt:
    """Return the agent's prompt, or the one that a fork has in its place."""
    changed = run.prompts.get(agent.name)
    return agent.system if changed is None else Prompt(agent.system.name, (await payloads.fetch(changed)).decode())


def _system_message(prompt: Prompt, values: Mapping[str, object]) -> Message:
    source = Provenance(f"prompt:{prompt.name}", Trust.DEVELOPER)
    return say(Role.SYSTEM, prompt.render(values), source)


async def _given(node: NodeState, payloads: Payloads) -> object:
    return await payloads.fetch_json(node.input) if node.input else ""


def _values(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {"input": value}


def _task(agent: Agent, value: object, values: Mapping[str, object]) -> str:
    if agent.task_prompt is not None:
        return agent.task_prompt.render(values)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


async def _without_calls(reply: PayloadId, payloads: Payloads) -> Pieces:
    """Return a reply none of whose calls was looked at: a call without a result is refused by providers."""
    message = await payloads.fetch_message(reply)
    if not message.calls:
        return (reply,)
    texts = tuple(part for part in message.parts if isinstance(part, Text))
    return (Message(message.role, texts, message.provenance),) if texts else ()


def _correction(agent: Agent, defect: Fault) -> Message:
    if defect.kind is ErrorKind.TRUNCATED:
        return say(Role.USER, TRUNCATED.render({"limit": agent.output_tokens_max}), RUNTIME)
    if defect.kind is ErrorKind.GAVE_UP:
        return say(Role.USER, GAVE_UP.render({}), RUNTIME)
    return say(Role.USER, BAD_ANSWER.render({"problem": defect.message}), RUNTIME)
