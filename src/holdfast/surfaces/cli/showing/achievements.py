"""What a run without a result had achieved, for people."""

from rich.console import Console

from holdfast.kernel.outcomes import Achieved
from holdfast.surfaces.cli.showing.results import worded
from holdfast.surfaces.cli.showing.terminal import clean, styled

CHARACTERS_MAX = 400
"""How much of each is shown unless all is asked for."""


def print_achieved(achieved: Achieved, console: Console, *, shows_all: bool) -> None:
    """Print what its nodes gave, and what its agents said last."""
    if not achieved:
        return
    console.print()
    console.print(styled("achieved before it ended", style="bright_black"))
    told = [(path, worded(value)) for path, value in achieved.results.items() if value is not None]
    told += [(f"{path} said last", text) for path, text in achieved.said.items()]
    for label, text in told:
        shown = text if shows_all else text[:CHARACTERS_MAX]
        more = f" … and {len(text) - len(shown):,} characters more" if len(shown) < len(text) else ""
        console.print(clean(f"{label}: {shown}{more}", keeps_lines=True), soft_wrap=True)
    if achieved.left_out:
        console.print(styled(f"… and {achieved.left_out:,} more", style="bright_black"))
