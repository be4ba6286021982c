"""What caused what: events, the runs that reacted to them, what these published; as a tree, and as JSON."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from holdfast.orchestration.bus.causes import Consequence
from holdfast.surfaces.cli.showing.bus_tables import event_record
from holdfast.surfaces.cli.showing.terminal import styled
from holdfast.surfaces.cli.showing.wording import counted, instant, money, tokens


def causes_record(tree: Consequence) -> dict[str, object]:
    """Return the tree as nested JSON objects."""
    below = [causes_record(each) for each in tree.followed_by]
    if tree.event is not None:
        told = {**event_record(tree.event), "undelivered": tree.undelivered, "reactions": below}
    else:
        told = {
            "run_id": tree.run,
            "app": tree.app,
            "via": tree.via,
            "status": tree.status,
            "tokens": tree.tokens,
            "usd": tree.usd,
            "published": below,
        }
    return {**told, "is_cut": True} if tree.is_cut else told


def print_causes(tree: Consequence, asked: str, console: Console) -> None:
    """Print the tree; what was asked for stands out."""
    for depth, each in _walk(tree, 0):
        is_asked = asked in (each.run, None if each.event is None else each.event.event_id)
        console.print(styled("  " * depth) + _line(each, "bold" if is_asked else ""), soft_wrap=True)
        for reason in each.undelivered:
            console.print(styled(f"{'  ' * (depth + 1)}not delivered to {reason}", style="red"), soft_wrap=True)
    if tree.is_cut:
        console.print(styled("… and more, which is left out"))
    console.print(styled(_sum(tree)))


def _walk(tree: Consequence, depth: int) -> Iterator[tuple[int, Consequence]]:
    yield depth, tree
    for each in tree.followed_by:
        yield from _walk(each, depth + 1)


def _line(each: Consequence, style: str) -> Text:
    if (event := each.event) is not None:
        key = "" if event.key is None else f", key {event.key}"
        by = f", published by {event.step}" if event.step else ""
        return styled(f"{event.event_id}  {event.topic}{key}, {instant(event.at)}{by}", style=f"cyan {style}".strip())
    cost = "" if not each.tokens else f", {tokens(each.tokens)} tokens, {'?' if each.usd is None else money(each.usd)}"
    via = f" by {each.via}" if each.via else ""
    return styled(f"{each.run}  {each.app or 'gone'}{via}: {each.status or 'not kept'}{cost}", style=style)


def _sum(tree: Consequence) -> str:
    things = [each for _, each in _walk(tree, 0)]
    events = sum(each.event is not None for each in things)
    runs = {each.run: each for each in things if each.run is not None}
    spent = sum(each.tokens for each in runs.values())
    prices = [each.usd for each in runs.values()]
    usd = money(sum(price for price in prices if price is not None)) if None not in prices else "?"
    cost = f", {tokens(spent)} tokens, {usd}" if spent else ""
    return f"{counted(events, 'event')}, {counted(len(runs), 'run')}{cost}"
