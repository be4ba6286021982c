"""What a model was sent in one turn: as text for people, exactly for programs."""

import msgspec
from rich.console import Console
from rich.text import Text

from holdfast.integration.gateway.rebuilding import SentPrompt
from holdfast.kernel import paths
from holdfast.kernel.messages import Message, Reasoning, Refusal, ToolCall, ToolResult
from holdfast.kernel.messages import Text as Said
from holdfast.surfaces.cli.showing.terminal import clean, styled
from holdfast.surfaces.cli.showing.wording import counted, instant


def print_prompt(sent: SentPrompt, console: Console) -> None:
    """Print the messages in order, then the tools and the limits; signs that cannot be seen are written out."""
    request = sent.request
    again = f", attempt {sent.attempt}" if sent.attempt > 1 else ""
    where = f"{paths.turn(sent.node, sent.turn)}{again}, sent to {sent.model} at {instant(sent.at)}"
    console.print(styled(where, style="bold"), soft_wrap=True)
    for number, message in enumerate(request.messages, 1):
        console.print()
        console.print(styled(f"── {number} {message.role} ──", style="cyan"))
        console.print(Text(clean(_said(message), keeps_lines=True)), soft_wrap=True)
    for tool in request.offer.tools:
        console.print()
        console.print(styled(f"── tool {tool.name} ──", style="cyan"))
        console.print(Text(clean(tool.description, keeps_lines=True)), soft_wrap=True)
        console.print(styled(msgspec.json.encode(tool.parameters).decode()), soft_wrap=True)
    if request.offer.output_schema is not None:
        console.print()
        console.print(styled("── answer ──", style="cyan"))
        console.print(styled(msgspec.json.encode(request.offer.output_schema).decode()), soft_wrap=True)
    told = (
        f"{counted(len(request.messages), 'message')}, {counted(len(request.offer.tools), 'tool')}, a reply of at most "
        f"{request.output_tokens_max:,} tokens; the digest is the recorded one: {sent.digest}"
    )
    console.print()
    console.print(styled(told, style="bright_black"), soft_wrap=True)


def prompt_record(run: str, sent: SentPrompt) -> dict[str, object]:
    """Return everything about the prompt as JSON; nothing of what was sent is changed or left out."""
    return {
        "run_id": run,
        "version": sent.version,
        "at": sent.at,
        "node": sent.node,
        "turn": sent.turn,
        "attempt": sent.attempt,
        "model": sent.model,
        "digest": sent.digest,
        "messages": sent.request.messages,
        "tools": sent.request.offer.tools,
        "output_schema": sent.request.offer.output_schema,
        "output_tokens_max": sent.request.output_tokens_max,
    }


def _said(message: Message) -> str:
    lines = []
    for part in message.parts:
        match part:
            case Said(text=text) | Reasoning(text=text) | Refusal(text=text):
                lines.append(text)
            case ToolCall():
                lines.append(f"calls {part.tool} ({part.call_id}): {part.arguments}")
            case ToolResult():
                failed = ", an error" if part.is_error else ""
                lines.append(f"{part.tool} ({part.call_id}{failed}) gave:\n{part.content}")
            case _:
                lines.append(f"[{type(part).__name__.lower()}: see --json]")
    return "\n".join(lines)
