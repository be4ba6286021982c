"""What a reply must be like to be used: the checks every model's reply passes, whoever serves it."""

from msgspec.structs import replace

from holdfast.kernel.messages import Reply, Role, StopReason
from holdfast.kernel.messages_codec import encode_message


def settled(reply: Reply) -> Reply:
    """Return the reply with its stop reason in line with its parts.

    Some servers report the end of a turn although the reply asks for tools: the calls are whole, so they count.
    """
    if reply.stop is StopReason.END_TURN and reply.message.calls:
        return replace(reply, stop=StopReason.TOOL_USE)
    return reply


def breach_of(reply: Reply) -> str | None:
    """Return why a reply cannot be used, None if it can."""
    calls = reply.message.calls
    if reply.message.role is not Role.ASSISTANT:
        return f"expected a reply by the assistant, found one by the {reply.message.role}"
    if reply.stop is StopReason.TOOL_USE and not calls:
        return "expected tool calls, for it stopped to use tools, found none"
    if len(calls) > 1 and len({call.call_id for call in calls}) != len(calls):
        return "expected an id of its own for each tool call, found one used twice"
    try:
        encode_message(reply.message)
    except UnicodeEncodeError:
        return "expected text in valid Unicode, found half a character (a lone surrogate)"
    return None
