"""The most tokens that a text or a message can be to any model: what budgets reserve before they know.

A tokenizer that reads bytes, as all present ones do, makes at most one token of each byte; whatever a provider adds
around a message, a call, a tool is allowed for generously. An estimate is right on average and wrong for some text;
this was wrong for none of 821 recorded requests, and for those of 1,000 tokens and more 3.2 to 5.8 times too high in
the median of each API (``tests/integration/gateway/providers/test_recorded_bounds.py``). A provider that works with
more than it is shown, such as a search of its own, may report more: that is told (``ReservationExceeded``).

What is not text is bounded by what providers say it can cost: an image by the largest they read, a document by its
bytes and as much again as an image. What is only linked to nobody has measured: it is allowed ``LINKED_TOKENS_MAX``.
"""

from holdfast.kernel.messages import (
    Audio,
    CachePoint,
    File,
    Foreign,
    Image,
    Message,
    Parts,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)

REQUEST_TOKENS_MAX = 64
"""What a provider adds to any request."""
OFFER_TOKENS_MAX = 1_024
"""What it adds where tools or a form of the answer are offered: its own words on how to use them."""
MESSAGE_TOKENS_MAX = 16
"""What a message costs beside its parts: its role and its borders."""
PART_TOKENS_MAX = 32
"""What a part costs beside its text: its kind, the borders of a call or a result."""
IMAGE_TOKENS_MAX = 16_000
"""More than any provider charges for one image of any size."""
LINKED_TOKENS_MAX = 100_000
"""What a document or a recording is allowed that is named by its address alone."""


def text_tokens_max(text: str) -> int:
    """Return the most tokens that ``text`` can be: its bytes."""
    return len(text.encode("utf-8", "surrogatepass"))


def offer_tokens_max(body: bytes, *, is_empty: bool) -> int:
    """Return the most that a request costs beside its messages, with an offer of that JSON."""
    return REQUEST_TOKENS_MAX + (0 if is_empty else OFFER_TOKENS_MAX + len(body))


def message_tokens_max(message: Message) -> int:
    """Return the most tokens that a message can be, its borders included."""
    return borders_tokens_max(message) + sum(map(_part_tokens_max, message.parts))


def borders_tokens_max(message: Message) -> int:
    """Return the most that a message can cost beside the tokens that its model has said it is."""
    return MESSAGE_TOKENS_MAX + PART_TOKENS_MAX * len(message.parts)


def _part_tokens_max(part: Parts) -> int:
    own = text_tokens_max(part.own.data) if part.own is not None else 0
    match part:
        case Text(text) | Reasoning(text) | Refusal(text):
            return own + text_tokens_max(text)
        case ToolCall(call_id, tool, arguments):
            return own + text_tokens_max(call_id + tool + arguments)
        case ToolResult(call_id, tool, content, attached=attached):
            return own + text_tokens_max(call_id + tool + content) + sum(map(_part_tokens_max, attached))
        case File(media_type, name, data=data) if data is not None and media_type.startswith("text/"):
            return own + text_tokens_max(name) + len(data)
        case Image():
            return own + IMAGE_TOKENS_MAX
        case Audio() | File():
            return own + (LINKED_TOKENS_MAX if part.data is None else IMAGE_TOKENS_MAX + len(part.data))
        case Foreign():
            return own
        case CachePoint():
            return 0
