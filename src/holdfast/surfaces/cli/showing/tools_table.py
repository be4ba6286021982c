"""Who may use which tool: as a table, and as JSON."""

from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.table import Table

from holdfast.governance.policy.policy import Effect as Says
from holdfast.kernel.limits import Budget
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.tool_map import Rule, Standing, Use
from holdfast.surfaces.cli.showing.terminal import styled

COLUMNS = ("caller", "tool", "does", "undone by", "may", "under")
_STYLES = {
    Standing.ALLOWED: "green",
    Standing.ASKS: "yellow",
    Standing.DEPENDS: "yellow",
    Standing.DENIED: "red",
}
_WORDS = {Says.ALLOW: "allows", Says.ASK: "asks", Says.ASK_IF_PERMITTED: "asks", Says.FORBID: "forbids"}


def uses_record(uses: Sequence[Use]) -> object:
    """Return the uses as JSON objects, in order."""
    return [{**msgspec.to_builtins(use), "standing": use.standing} for use in uses]


def print_uses(app: App, uses: Sequence[Use], console: Console) -> None:
    """Print a row for each tool in the hands of each caller, then what the columns say of the app."""
    if not uses:
        console.print(styled(f"{app.name} has no tools"))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in COLUMNS:
        table.add_column(name, overflow="fold")
    before = ""
    for use in uses:
        is_first, before = use.caller != before, use.caller
        table.add_row(
            styled(_caller(use) if is_first else "", style="bold"),
            styled(use.tool),
            styled(use.effect.value),
            styled(use.reversibility or "–"),
            styled(use.standing.value, style=_STYLES[use.standing]),
            styled("; ".join((*_rules(use), *(_bounds(use) if is_first else ()))) or "granted"),
        )
    console.print(table)
    told = "what no policy permits is denied" if app.governed.files else "no policy files: what is granted is allowed"
    console.print(styled(told, style="bright_black"))


def _caller(use: Use) -> str:
    return f"{use.caller} ({use.autonomy})" if use.autonomy else use.caller


def _rules(use: Use) -> list[str]:
    needed = [] if use.permission is None else [f"needs the permission {use.permission}"]
    return [_rule(rule) for rule in use.rules] + needed


def _rule(rule: Rule) -> str:
    told = f"{rule.policy} {_WORDS[rule.says]}"
    return f"{told} ({rule.reason})" if rule.reason else told if rule.is_always else f"{told}, under conditions"


def _bounds(use: Use) -> list[str]:
    """Return what bounds all calls of the caller together."""
    budget = use.budget or Budget()
    calls = [] if budget.tool_calls is None else [f"{budget.tool_calls} calls"]
    dollars = [] if budget.usd is None else [f"${budget.usd:g}"]
    return [f"all together at most {' and '.join(calls + dollars)}"] if calls or dollars else []
