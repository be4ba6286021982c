"""Messages between people, models and tools: one model for every provider.

A message is a role and parts. Tool arguments stay the JSON text that the model wrote, so that what is replayed is what
was said; whoever needs the values parses them once, at the executor's door.

``gc=False`` here and elsewhere: a frozen value of frozen values can hold no cycle, so the collector need not know of it
(docs/explanation/performance.md).
"""

import enum

import msgspec

from holdfast.kernel.provenance import Provenance
from holdfast.kernel.ways import Way


class Role(enum.StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Own(msgspec.Struct, frozen=True, gc=False):
    """What one provider's API says of a part beyond what is modelled: kept whole, shown to that API alone.

    Signatures, encrypted reasoning, citations, ids: whatever must come back to it as it came.
    """

    api: str
    """Whose words these are, such as ``anthropic`` or ``openai.responses``."""
    data: str
    """JSON text."""


class Part(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag_field="type", kw_only=True):
    """One part of a message. The closed union is ``Parts``."""

    own: Own | None = None


class Text(Part, frozen=True, tag="text"):
    """Plain text."""

    text: str


class Image(Part, frozen=True, tag="image"):
    """An image, by value or by address: exactly one of ``data`` and ``url`` is set."""

    media_type: str
    data: bytes | None = None
    url: str | None = None


class Audio(Part, frozen=True, tag="audio"):
    """Something to listen to, by value or by address: exactly one of ``data`` and ``url`` is set."""

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
    attached: tuple[Text | Image | Audio | File, ...] = ()
    """What it gave beside the text: pictures, documents."""


class Reasoning(Part, frozen=True, tag="reasoning"):
    """What a model thought before it spoke, as far as its provider shows it; ``own`` holds what proves it."""

    text: str = ""


class Refusal(Part, frozen=True, tag="refusal"):
    """The model's own words for why it declined."""

    text: str


class Foreign(Part, frozen=True, tag="foreign"):
    """A part that only its provider understands, all of it in ``own``, such as a search it made by itself."""

    kind: str
    """What the provider calls it."""


class CachePoint(Part, frozen=True, tag="cache_point"):
    """Not content but a mark: all up to here will be sent again, so a provider that is told to may cache it."""

    ttl_seconds: int = 300


Parts = Text | Image | Audio | File | ToolCall | ToolResult | Reasoning | Refusal | Foreign | CachePoint


class Message(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What one side said at one time."""

    role: Role
    parts: tuple[Parts, ...]
    provenance: Provenance | None = None

    @property
    def text(self) -> str:
        """The text parts, joined."""
        return "".join([part.text for part in self.parts if isinstance(part, Text)])

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The tool calls, in the order the model wrote them."""
        return tuple([part for part in self.parts if isinstance(part, ToolCall)])


class StopReason(enum.StrEnum):
    """Why a model stopped. Each is handled in its own way (``execution.stop``)."""

    END_TURN = "end_turn"
    TOOL_USE = "tool_use"
    MAX_TOKENS = "max_tokens"
    REFUSAL = "refusal"
    PAUSE = "pause"
    CONTENT_FILTER = "content_filter"
    STOP_SEQUENCE = "stop_sequence"
    """It came upon a text at which it was told to stop."""
    CONTEXT_FULL = "context_full"
    """The model's window ended before its turn did."""
    BAD_CALL = "bad_call"
    """It tried to call a tool in a way that not even its provider could read."""
    OTHER = "other"
    """A reason that only its provider knows: ``Reply.reported`` says which."""


class Usage(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What one model call consumed. ``input_tokens`` is the total, cached ones included; so is ``output_tokens``."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float | None = None
    """None where the price is not known: unknown is never shown as zero."""
    cache_write_tokens: int = 0
    """Those of the input that were written to the provider's cache."""
    reasoning_tokens: int = 0
    """Those of the output that were thought and not said."""
    cache_write_long_tokens: int = 0
    """Those of ``cache_write_tokens`` that are kept for an hour and not for minutes, which costs more."""
    tier: str = ""
    """How fast it was served, in the provider's own word, where that has a price of its own."""

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens


class Reply(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A model's whole answer to one request."""

    message: Message
    stop: StopReason
    usage: Usage
    model: str
    """The model's name as the provider reports it."""
    reported: str = ""
    """The provider's own word for why the model stopped."""
    reply_id: str = ""
    """What the provider calls this reply, for its support."""
    prices: str = ""
    """Whose price the cost comes from, with its version; empty where the cost is not known."""
    way: Way | None = None
    """Which way the call took, where it had a choice of ways."""


def say(role: Role, text: str, provenance: Provenance | None = None) -> Message:
    """Return a message of one text part."""
    return Message(role, (Text(text),), provenance)
