"""How the accounts of the driving process stand: a table, and records for JSON."""

import msgspec
from rich.console import Console
from rich.table import Table

from holdfast.integration.gateway.limits.rate import Rate
from holdfast.kernel.breaker import State
from holdfast.runtime.models.health import AccountHealth, Health
from holdfast.surfaces.cli.showing.terminal import clean, styled
from holdfast.surfaces.cli.showing.wording import duration, tokens

COLUMNS = ("account", "model", "state", "limits a minute", "left", "last trouble")
TROUBLE_CHARACTERS_MAX = 120


def health_record(one: AccountHealth, health: Health, now: float) -> dict[str, object]:
    """Return how an account stands as a JSON object."""
    record: dict[str, object] = msgspec.to_builtins(one)
    return record | {"breaker": one.breaker.value, "at": health.at, "is_stale": health.is_stale(now)}


def print_accounts(health: Health, now: float, console: Console) -> None:
    """Print the accounts; if what is known is old, say so."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in COLUMNS:
        table.add_column(name, overflow="fold")
    for one in health.accounts:
        state, style = _state(one, now)
        trouble = clean(one.trouble[:TROUBLE_CHARACTERS_MAX])
        if one.trouble_at is not None:
            trouble = f"{duration(max(0.0, now - one.trouble_at))} ago: {trouble}"
        whose = styled(one.account, style="bold"), styled(one.model), styled(state, style=style)
        table.add_row(*whose, _limits(one.limits), f"{one.left:.0%}", styled(trouble))
    console.print()
    console.print(table)
    ago = duration(max(0.0, now - health.at))
    if health.is_stale(now):
        stale = f"stale: process {health.process} wrote this {ago} ago, and nothing since"
        console.print(styled(stale, style="yellow"), soft_wrap=True)
    else:
        console.print(styled(f"as of {ago} ago, in process {health.process}", style="bright_black"), soft_wrap=True)


def _state(one: AccountHealth, now: float) -> tuple[str, str]:
    if one.is_barred:
        return "its key or its money is refused", "red"
    if one.breaker is not State.CLOSED:
        return ("left alone after failures" if one.breaker is State.OPEN else "probed after failures"), "red"
    if one.frozen_until is not None and one.frozen_until > now:
        return f"rests for {duration(one.frozen_until - now)}", "yellow"
    if one.share < 1.0:
        return f"used to {one.share:.0%} after overload", "yellow"
    return f"well, {one.under_way} under way" if one.under_way else "well", "green"


def _limits(limits: Rate) -> str:
    told = [
        (limits.requests, "requests"),
        (limits.input_tokens, "in"),
        (limits.output_tokens, "out"),
    ]
    said = [f"{tokens(count)} {what}" for count, what in told if count is not None]
    if limits.at_once is not None:
        said.append(f"{limits.at_once} at once")
    return " · ".join(said) or "none known"
