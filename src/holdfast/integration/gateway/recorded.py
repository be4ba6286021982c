"""A model that replays what was recorded, and says so when it is asked something else."""

import difflib
from collections.abc import AsyncIterator

from holdfast.integration.gateway.port import ModelCallFailed, ModelRequest, TextDelta
from holdfast.integration.gateway.pricing.price import FREE, Price
from holdfast.integration.gateway.request import message_digest, offer_digest
from holdfast.integration.gateway.speech import CHUNK_CHARACTERS, Voice
from holdfast.integration.gateway.transcript import Entry, Transcript, by_step
from holdfast.kernel.messages import Message, Reply, ToolResult
from holdfast.kernel.outcomes import ErrorKind, Fault

STEPS_SHOWN_MAX = 5


class RecordedModel:
    """Replays a transcript: the same request at the same step gets the same reply, however often it is asked.

    ``is_strict`` compares the whole request with the one recorded; otherwise the step alone decides.
    """

    def __init__(
        self,
        transcript: Transcript,
        *,
        name: str = "recorded",
        is_strict: bool = True,
        chunk_characters: int = CHUNK_CHARACTERS,
    ) -> None:
        self._name, self._is_strict = name, is_strict
        self._steps = by_step(transcript)
        self._voice = Voice(name, chunk_characters)

    @property
    def name(self) -> str:
        return self._name

    @property
    def price(self) -> Price:
        """To play it again costs nothing; the replies tell what they cost when they were recorded."""
        return FREE

    def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        """Replay the reply to ``request``. Raises ModelCallFailed, naming step and difference, if there is none."""
        entries = self._steps.get(request.step)
        if not entries:
            raise self._refused(request.step, f"there is no reply; {self._nearest(request.step)}")
        if not self._is_strict:
            return self._voice.stream(entries[0].reply)
        messages, offer = [message_digest(message) for message in request.messages], offer_digest(request.offer)
        differences = [_difference(entry, request, messages, offer) for entry in entries]
        if None in differences:
            return self._voice.stream(entries[differences.index(None)].reply)
        raise self._refused(request.step, f"the request was another: {differences[0]}")

    def _refused(self, step: str, why: str) -> ModelCallFailed:
        message = f"at {step!r} the recording {self._name!r} does not fit: {why}"
        hint = "replay it with the code and input it was made with, or match by step alone (is_strict=False)"
        return ModelCallFailed(Fault(ErrorKind.MODEL_FAILED, message, hint=hint))

    def _nearest(self, step: str) -> str:
        near = difflib.get_close_matches(step, self._steps, n=STEPS_SHOWN_MAX) or list(self._steps)[:STEPS_SHOWN_MAX]
        return f"it has {len(self._steps)} steps, such as {', '.join(near)}" if near else "it has no step at all"


def _difference(entry: Entry, request: ModelRequest, messages: list[str], offer: str) -> str | None:
    """Return the first thing in which a request differs from the one recorded, None if it is the same."""
    for place, (then, now) in enumerate(zip(entry.messages, messages, strict=False)):
        if then != now:
            return f"message {place + 1} of {len(messages)} ({_described(request.messages[place])}) was not like this"
    if len(entry.messages) != len(messages):
        return f"it had {len(entry.messages)} messages, this one has {len(messages)}"
    if entry.offer != offer:
        return "it offered other tools, or another output schema"
    if entry.output_tokens_max != request.output_tokens_max:
        return f"it allowed {entry.output_tokens_max} tokens of output, this one {request.output_tokens_max}"
    return None


def _described(message: Message) -> str:
    tools = ", ".join(part.tool for part in message.parts if isinstance(part, ToolResult))
    return f"the result of {tools}" if tools else f"by the {message.role}"
