"""The allowances: as a table, and as JSON."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from holdfast.governance.tally import ALERT_SHARE
from holdfast.kernel.charges import NANO
from holdfast.runtime.allowances.listing import Standing
from holdfast.surfaces.cli.showing.terminal import styled
from holdfast.surfaces.cli.showing.wording import counted, instant, money, tokens

COLUMNS = ("allowance", "spent", "held", "left", "renewed", "waiting")


def budgets_records(found: Sequence[Standing]) -> list[dict[str, object]]:
    """Return the allowances as JSON objects, in order; amounts that are not limited are told all the same."""
    return [
        {
            "tenant": one.tenant,
            "app": one.allowance.app,
            "per": one.allowance.per,
            "tokens": one.allowance.tokens,
            "usd": one.allowance.usd,
            "spent_tokens": one.spent.tokens,
            "spent_usd": one.spent.nano_usd / NANO,
            "calls_of_unknown_cost": one.spent.unpriced,
            "held_tokens": one.held.tokens,
            "held_usd": one.held.nano_usd / NANO,
            "left_tokens": one.tokens_left,
            "left_usd": None if one.nano_usd_left is None else one.nano_usd_left / NANO,
            "renews_at": one.renews_at,
            "waiting": one.waiting,
        }
        for one in found
    ]


def print_budgets(found: Sequence[Standing], console: Console) -> None:
    """Print each allowance with what is spent of it, in what it limits."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in COLUMNS:
        table.add_column(name, overflow="fold")
    for one in found:
        table.add_row(
            styled(one.owner.removeprefix("the allowance of "), style="bold"),
            _spent(one),
            styled(_amounts(one, one.held.tokens, one.held.nano_usd)),
            styled(_amounts(one, one.tokens_left or 0, one.nano_usd_left or 0)),
            styled("never" if one.renews_at is None else instant(one.renews_at)),
            styled(counted(len(one.waiting), "run") if one.waiting else ""),
        )
    console.print(table)


def _spent(one: Standing) -> Text:
    allowance = one.allowance
    limits = []
    if allowance.tokens is not None:
        limits.append(f"{tokens(one.spent.tokens)} of {tokens(allowance.tokens)} tokens")
    if allowance.usd is not None:
        unknown = f" and {counted(one.spent.unpriced, 'call')} of unknown cost" if one.spent.unpriced else ""
        limits.append(f"{money(one.spent.nano_usd / NANO)} of {money(allowance.usd)}{unknown}")
    told = ", ".join(limits) + (f" a {allowance.per}" if allowance.per else "")
    return styled(told, style="yellow" if _share(one) >= ALERT_SHARE else "")


def _share(one: Standing) -> float:
    limits = ((one.spent.tokens, one.allowance.tokens), (one.spent.nano_usd, one.allowance.nano_usd))
    return max(spent / limit if limit else 1.0 for spent, limit in limits if limit is not None)


def _amounts(one: Standing, token_count: int, nano_usd: int) -> str:
    told = [tokens(token_count)] if one.allowance.tokens is not None else []
    if one.allowance.usd is not None:
        told.append(money(nano_usd / NANO))
    return ", ".join(told)
