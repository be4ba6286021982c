"""What waits for a person: as a page, and as JSON."""

from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.text import Text

from holdfast.journal.port import Head
from holdfast.kernel.outcomes import Settlement
from holdfast.orchestration.doubts import Doubt
from holdfast.surfaces.cli.showing.terminal import clean, styled
from holdfast.surfaces.cli.showing.wording import age, instant, short_ids

ARGUMENTS_CHARACTERS_MAX = 300
FLAGS = {
    Settlement.HAPPENED: "--happened --result JSON",
    Settlement.DID_NOT: "--did-not",
    Settlement.ABANDONED: "--abandon",
}


class Waiting(msgspec.Struct, frozen=True):
    """A call in doubt, and the run it belongs to."""

    head: Head
    doubt: Doubt


def inbox_records(found: Sequence[Waiting]) -> list[dict[str, object]]:
    """Return what waits as JSON objects, that which was sent first before the rest."""
    return [
        {
            "run_id": one.head.run,
            "app": one.head.app,
            "title": one.head.title,
            "step": one.doubt.path,
            "tool": one.doubt.tool,
            "effect": one.doubt.effect,
            "arguments": one.doubt.arguments,
            "key": one.doubt.key,
            "attempt": one.doubt.attempt,
            "sent_at": one.doubt.sent_at,
            "is_wanted": one.doubt.is_wanted,
            "options": one.doubt.options,
        }
        for one in found
    ]


def print_inbox(found: Sequence[Waiting], now: float, console: Console) -> None:
    """Print what waits: what was sent, when, under which key, and the command that settles it."""
    ids = short_ids([one.head.run for one in found])
    for one in found:
        doubt, run = one.doubt, ids[one.head.run]
        line = Text(clean(f"{run}  {one.head.app}: {one.head.title}"), style="bold")
        line.append(f"  {clean(doubt.path)}", style="magenta")
        console.print(line, soft_wrap=True)
        told = clean(doubt.arguments, length_max=ARGUMENTS_CHARACTERS_MAX)
        console.print(styled(f"  {doubt.tool} ({doubt.effect}) was sent {told}"), soft_wrap=True)
        if doubt.sent_at is not None:
            under = f" under key {doubt.key}" if doubt.key else ""
            console.print(styled(f"  at {instant(doubt.sent_at)}, {age(now - doubt.sent_at)}{under}"), soft_wrap=True)
        if not doubt.is_wanted:
            console.print(styled("  its branch has ended or was cancelled: it is not made again"), soft_wrap=True)
        options = " | ".join(FLAGS[option] for option in doubt.options)
        console.print(styled(f"  settle it with: holdfast decide {run} {doubt.path} {options}"), soft_wrap=True)
