"""Where Anthropic's prompt cache is told to remember: behind what every turn sends again.

Marks are laid on the body as it goes out, never on the messages that a run keeps: they move on with each turn, and no
request may hold more than four.
"""

from typing import Any

from holdfast.integration.gateway.providers.dialect import Body

MARK = "cache_control"
MARKS_MAX = 4
UNCACHED = frozenset({"thinking", "redacted_thinking"})
"""Blocks that carry no mark."""
_EPHEMERAL = {"type": "ephemeral"}


def marked(body: Body) -> Body:
    """Return ``body`` with marks behind its tools, its system prompt, its last message and the turn before that.

    One that has a mark already, of a message's or an operator's, stays as it is: whoever set it knows better. So does
    one without tools: it is answered at once, nothing of it is sent again, and writing to the cache costs more than not
    to.
    """
    if not body.get("tools") or _is_marked(body):
        return body
    ends = (body["tools"], body.get("system") or [], *_ends_of_turns(body["messages"]))
    for blocks in [blocks for blocks in ends if blocks][:MARKS_MAX]:
        blocks[-1] = {**blocks[-1], MARK: _EPHEMERAL}
    return body


def _ends_of_turns(messages: list[Body]) -> list[list[Body]]:
    """Return the blocks of the last message, and those of the user's message before it: what the last turn remembered.

    A provider looks back twenty blocks for what it knows; results of many calls at once are more.
    """
    users = [message for message in messages if message["role"] == "user"][-2:]
    for message in users:
        message["content"] = as_blocks(message["content"])
    ends: list[list[Body]] = [message["content"] for message in reversed(users)]
    return [blocks for blocks in ends if blocks and blocks[-1]["type"] not in UNCACHED]


def as_blocks(content: str | list[Body]) -> list[Body]:
    """Return content as blocks; a lone text may stand for its one block, but carries no mark."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _is_marked(body: Body) -> bool:
    blocks: list[Any] = [body, *body["tools"], *(body.get("system") or [])]
    contents = (message["content"] for message in body["messages"])
    blocks += [block for content in contents if not isinstance(content, str) for block in content]
    return any(MARK in block for block in blocks)
