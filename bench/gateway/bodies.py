"""The body of a request as each API has it: what every way sends, so that all send the same."""

from collections.abc import Sequence
from typing import Any

from bench.gateway.calling import OUTPUT_TOKENS_MAX, Said

PATHS = {"anthropic": "/v1/messages", "openai-chat": "/v1/chat/completions", "openai": "/v1/responses"}
APIS = tuple(PATHS)
MODEL = "gpt-5.5"


def body_of(api: str, said: Sequence[Said], *, streams: bool) -> dict[str, Any]:
    """Return the body of one call."""
    messages = [{"role": role, "content": text} for role, text in said]
    fields: dict[str, Any] = {"model": MODEL, "stream": True} if streams else {"model": MODEL}
    match api:
        case "anthropic":
            return fields | {"max_tokens": OUTPUT_TOKENS_MAX, "messages": messages}
        case "openai-chat":
            options = {"stream_options": {"include_usage": True}} if streams else {}
            return fields | {"max_completion_tokens": OUTPUT_TOKENS_MAX, "messages": messages} | options
        case _:
            return fields | {"max_output_tokens": OUTPUT_TOKENS_MAX, "input": messages}
