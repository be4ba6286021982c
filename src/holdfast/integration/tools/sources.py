"""Finds where the values of a call's arguments stand, word for word, in what its caller has seen.

It is a finding, no proof: a value that stands in the task may have come from elsewhere, and one that stands nowhere may
be a sum of what does. Whoever decides is shown both as what they are.
"""

import re
from collections.abc import Iterator

import msgspec

from holdfast.governance.escalation import Evidence
from holdfast.integration.tools.visible import one_line
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.payloads import Payloads
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.messages import Message, Role, Text, ToolResult
from holdfast.kernel.messages_codec import decode_message
from holdfast.kernel.provenance import Trust

MESSAGES_MAX = 200
"""Of how many of the newest messages that the caller was shown its values are looked for, beside the task."""
VALUES_MAX = 40
VALUE_CHARACTERS_MAX = 200
FOUND_MAX = 5
DEPTH_MAX = 8
TASK_MESSAGES = 2
"""The system prompt and the task, with which every prompt begins."""


class Source(msgspec.Struct, frozen=True):
    """Something that the caller has seen."""

    name: str
    text: str
    is_trusted: bool = False
    """The user or the developer has said it, and nobody else had a hand in it."""
    is_task: bool = False


async def sources_of(node: NodeState, run: RunState, payloads: Payloads) -> tuple[Source, ...]:
    """Return what the caller at ``node`` was shown by others, oldest first. Raises JournalError."""
    if node.agent is None:
        return await _of_flow(node, run, payloads)
    shown, is_users = node.agent.prompt, _is_users(node.input, run)
    newest = shown[max(TASK_MESSAGES, len(shown) - MESSAGES_MAX) :]
    bodies = await payloads.fetch_all((*shown[:TASK_MESSAGES], *newest))
    return tuple(source for body in bodies for source in _said(decode_message(body), is_users=is_users))


def evidence_for(arguments: bytes, sources: tuple[Source, ...]) -> tuple[Evidence, ...]:
    """Return for each value in ``arguments`` where it stands; what is true, false or null is not looked for."""
    leaves = [*_leaves("", msgspec.json.decode(arguments), 0)][:VALUES_MAX]
    return tuple(_evidence(name, value, sources) for name, value in leaves)


async def _of_flow(node: NodeState, run: RunState, payloads: Payloads) -> tuple[Source, ...]:
    """Of a node that is itself a tool: the run's input, and what other nodes gave."""
    gave = [each for each in run.nodes.values() if each.result is not None and each.path != node.path]
    newest = sorted(gave, key=lambda each: each.left_at)[-MESSAGES_MAX:]
    ids: list[PayloadId] = [run.input, *(each.result for each in newest if each.result is not None)]
    given, *results = await payloads.fetch_all(ids)
    task = Source("the run's input", given.decode(errors="replace"), _is_users(run.input, run), is_task=True)
    return (
        task,
        *(
            Source(f"the result of {each.path}", body.decode(errors="replace"))
            for each, body in zip(newest, results, strict=True)
        ),
    )


def _is_users(given: PayloadId | None, run: RunState) -> bool:
    """Whether that is what the user has said: what a flow, a parent or an event hands on may quote anybody."""
    is_told = run.reacts_to is None or run.reacts_to.trust >= Trust.USER
    return is_told and run.parent is None and given == run.input


def _said(message: Message, *, is_users: bool) -> Iterator[Source]:
    if message.role is Role.ASSISTANT:
        return  # its own words are no evidence
    trust = message.provenance.trust if message.provenance is not None else Trust.UNTRUSTED
    for part in message.parts:
        match part:
            case Text(text=text) if trust is Trust.USER:
                yield Source("the task" if is_users else "what it was given", text, is_users, is_task=True)
            case Text(text=text):
                yield Source(_named(message, trust), text, trust >= Trust.DEVELOPER)
            case ToolResult(tool=tool, content=content):
                yield Source(f"a result of {tool}", content)
            case _:
                pass


def _named(message: Message, trust: Trust) -> str:
    if message.role is Role.SYSTEM:
        return "the agent's prompt"
    if trust is Trust.UNTRUSTED and message.provenance is not None:
        return f"what {message.provenance.source} says"
    return "a message of the runtime"


def _leaves(name: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    match value:
        case None | bool():
            return
        case dict() if depth < DEPTH_MAX:
            for key, inner in value.items():
                yield from _leaves(f"{name}.{key}" if name else str(key), inner, depth + 1)
        case list() if depth < DEPTH_MAX:
            for index, inner in enumerate(value):
                yield from _leaves(f"{name}[{index}]", inner, depth + 1)
        case str():
            yield name, value
        case _:
            yield name, msgspec.json.encode(value).decode()


def _evidence(name: str, value: str, sources: tuple[Source, ...]) -> Evidence:
    found = [source for source in sources if _stands(value, source.text)]
    named = tuple(dict.fromkeys(source.name for source in found))[:FOUND_MAX]
    is_trusted = any(source.is_trusted for source in found)
    return Evidence(name, one_line(value, VALUE_CHARACTERS_MAX), named, is_trusted)


def _stands(value: str, text: str) -> bool:
    """Whether ``value`` stands in ``text`` as a word of its own: 10 does not stand in 4710."""
    if not value.strip():
        return False
    return re.search(rf"(?<![\w.]){re.escape(value)}(?!\w)", text) is not None
