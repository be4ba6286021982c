"""Messages between people, models and tools: one model for every provider.

A message is a role and parts. Tool arguments stay the JSON text that the model wrote, so that what is replayed is what
was said; whoever needs the values parses them once, at the executor's door.
"""

import enum

import msgspec

from holdfast.kernel.provenance import Provenance


class Role(enum.StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Part(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type"):
    """One part of a message. The closed union is ``Parts``."""


class Text(Part, frozen=True, tag="text"):
    """Plain text."""

    text: str


class Image(Part, frozen=True, tag="image"):
    """An image, by value or by address: exactly one of ``data`` and ``url`` is set."""

    media_type: str
    data: bytes | None = None
    url: str | None = None


class File(Part, frozen=True, tag="file"):
    """A document or other file, by value or by address: exactly one of ``data`` and ``url`` is set."""

    media_type: str
    name: str
    data: bytes | None = None
    url: str | None = None


class ToolCall(Part, frozen=True, tag="tool_call"):
    """The model asks for a tool. ``call_id`` is the model's own; nothing durable is ever keyed by it."""

    call_id: str
    tool: str
    arguments: str
    """JSON text as the model wrote it; not yet checked."""


class ToolResult(Part, frozen=True, tag="tool_result"):
    """What a call gave back, as the model sees it."""

    call_id: str
    tool: str
    content: str
    is_error: bool = False


Parts = Text | Image | File | ToolCall | ToolResult


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one side said at one time."""

    role: Role
    parts: tuple[Parts, ...]
    provenance: Provenance | None = None

    @property
    def text(self) -> str:
        """The text parts, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The tool calls, in the order the model wrote them."""
        return tuple(part for part in self.parts if isinstance(part, ToolCall))


class StopReason(enum.StrEnum):
    """Why a model stopped. Each is handled in its own way (``execution.stop``)."""

    END_TURN = "end_turn"
    TOOL_USE = "tool_use"
    MAX_TOKENS = "max_tokens"
    REFUSAL = "refusal"
    PAUSE = "pause"
    CONTENT_FILTER = "content_filter"


class Usage(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one model call consumed. ``input_tokens`` is the total, cached ones included."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float | None = None
    """None where the price is not known: unknown is never shown as zero."""

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """A model's whole answer to one request."""

    message: Message
    stop: StopReason
    usage: Usage
    model: str
    """The model's name as the provider reports it."""


def say(role: Role, text: str, provenance: Provenance | None = None) -> Message:
    """Return a message of one text part."""
    return Message(role, (Text(text),), provenance)
