"""Refuses a request that its model cannot read, before it is sent. Pure."""

from collections.abc import Iterable

from holdfast.kernel.messages import Message, Parts, Reasoning, Refusal, Text, ToolCall, ToolResult
from holdfast.kernel.outcomes import ErrorKind, Fault

WORDS_COUNTED = 0.8
"""The share of a text's words that are a token each at the least: few tokens of any vocabulary span two words.

The estimate of a request errs high, for some scripts and for drawn lines several times too high. So it only raises the
suspicion: what is refused here could not be read by any count, and all else is left to the provider to judge.
"""


def too_long(window: int | None, tokens: int, messages: Iterable[Message]) -> Fault | None:
    """Return why a request estimated at ``tokens`` cannot fit, None if it may, or if nobody knows the window."""
    if window is None or tokens <= window:
        return None
    least = int(WORDS_COUNTED * sum(_words(part) for message in messages for part in message.parts))
    if least <= window:
        return None
    return Fault(
        ErrorKind.CONTEXT_TOO_LONG,
        f"expected a request of at most {window:,} tokens, which is all that the model can read, "
        f"found one of {least:,} at the least and about {tokens:,}: it was not sent",
        hint="show the agent less, or name a model with a larger window",
    )


def _words(part: Parts) -> int:
    match part:
        case Text(text) | Reasoning(text) | Refusal(text):
            return len(text.split())
        case ToolCall(arguments=arguments):
            return len(arguments.split())
        case ToolResult(content=content):
            return len(content.split())
        case _:
            return 0
