"""The chat completions API for models without tool calls of their own: calls go and come as JSON in plain messages."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from holdfast.integration.gateway.port import ModelRequest, Offer
from holdfast.integration.gateway.providers.dialect import Body
from holdfast.integration.gateway.providers.openai.call_or_reply.form import (
    ANSWER,
    ARGUMENTS,
    REPLY,
    call_in,
    form_of,
    reply_in,
)
from holdfast.integration.gateway.providers.openai.call_or_reply.wording import examples, listed, written
from holdfast.integration.gateway.providers.openai.chat.dialect import ChatCompletions
from holdfast.integration.gateway.providers.openai.chat.request import API
from holdfast.integration.gateway.providers.openai.chat.stream import CompletionGathering
from holdfast.integration.gateway.providers.own import object_of
from holdfast.kernel.messages import Message, Parts, Reply, Role, StopReason, Text, ToolCall, ToolResult, say
from holdfast.prompts.prompt import shipped

INSTRUCTION = shipped("integration/call_or_reply")
RESULT = shipped("integration/tool_result")


class CallOrReply:
    """Asks for one call at a time. A request that offers no tool goes out as it is."""

    api = API

    def __init__(self, chat: ChatCompletions) -> None:
        self._chat = chat

    def body(self, model: str, request: ModelRequest, *, streams: bool) -> Body:
        return self._chat.body(model, _recast(request) if request.offer.tools else request, streams=streams)

    def reply(self, body: Body) -> Reply:
        """Read a reply; a text of neither form is left as it is, for whoever asked to judge."""
        reply = self._chat.reply(body)
        text = reply.message.text
        if reply.stop is not StopReason.END_TURN:
            return reply
        if (call := call_in(text)) is not None:
            asked = ToolCall(f"call_{reply.reply_id}", *call)
            return msgspec.structs.replace(reply, message=_with(reply.message, asked), stop=StopReason.TOOL_USE)
        if (said := reply_in(text)) is not None:
            return msgspec.structs.replace(reply, message=_with(reply.message, Text(said)))
        return reply

    def gathering(self) -> "_Silent":
        return _Silent()


class _Silent(CompletionGathering):
    """Shows no text while it comes: half a JSON object is no word of the model's."""

    def feed(self, event: Mapping[str, Any]) -> str:
        super().feed(event)
        return ""


def _recast(request: ModelRequest) -> ModelRequest:
    offer = request.offer
    told = {"tools": "\n".join(map(listed, offer.tools)), "examples": "\n".join(examples(offer))}
    instruction = say(Role.SYSTEM, INSTRUCTION.render(told))
    first, *others = request.messages or (instruction,)
    if first.role is Role.SYSTEM and first is not instruction:
        opening = say(Role.SYSTEM, f"{first.text.rstrip()}\n\n{instruction.text}")
    else:
        opening, others = instruction, [one for one in request.messages if one is not instruction]
    messages = (opening, *(recast for message in others for recast in _said(message)))
    return msgspec.structs.replace(request, messages=messages, offer=Offer(output_schema=form_of(offer)))


def _said(message: Message) -> Iterator[Message]:
    """Yield a message as it looks without tools: a call as the JSON it was, a result as the user's word."""
    if message.role is Role.ASSISTANT:
        for call in message.calls:
            yield say(Role.ASSISTANT, written(call.tool, **{ARGUMENTS: object_of(call.arguments)}))
        if message.text and not message.calls:
            yield say(Role.ASSISTANT, written(REPLY, **{ANSWER: message.text}))
        return
    results = [part for part in message.parts if isinstance(part, ToolResult)]
    for result in results:
        yield say(Role.USER, RESULT.render({"tool": result.tool, "content": result.content}))
    if rest := tuple(part for part in message.parts if not isinstance(part, ToolResult)):
        yield Message(message.role, rest)


def _with(message: Message, said: Parts) -> Message:
    """Return a message that says this in the place of its text."""
    others = (part for part in message.parts if not isinstance(part, Text))
    return msgspec.structs.replace(message, parts=(*others, said))
