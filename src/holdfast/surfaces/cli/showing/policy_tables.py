"""An app's policies, and the cases put to them: as tables, and as JSON."""

from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.table import Table

from holdfast.governance.policy.policy import Effect, Policy
from holdfast.orchestration.application.policy_cases import Checked
from holdfast.surfaces.cli.showing.terminal import styled
from holdfast.surfaces.cli.showing.wording import counted

_STYLES = {Effect.ALLOW: "green", Effect.ASK: "yellow", Effect.ASK_IF_PERMITTED: "yellow", Effect.FORBID: "red"}
_ASKS = (Effect.ASK, Effect.ASK_IF_PERMITTED)


def policy_records(policies: Sequence[Policy]) -> list[dict[str, object]]:
    """Return the policies as JSON objects, in order."""
    return [
        {
            "policy": each.name,
            "source": each.source,
            "effect": each.effect,
            "reason": each.reason or None,
            "advice": each.advice or None,
            "asking": msgspec.to_builtins(each.asking) if each.effect in _ASKS else None,
        }
        for each in policies
    ]


def print_policies(app: str, policies: Sequence[Policy], console: Console) -> None:
    """Print a row for each policy."""
    if not policies:
        console.print(styled(f"{app} has no policies: what is granted is allowed"))
        return
    table = _table("policy", "does", "from", "why")
    for each in policies:
        does = styled(each.effect.replace("_", " "), style=_STYLES[each.effect])
        table.add_row(styled(each.name, style="bold"), does, styled(each.source), styled(each.reason or each.advice))
    console.print(table)
    console.print(styled(f"{len(policies)} read, all fit {app}", style="bright_black"))


def case_records(checked: Sequence[Checked]) -> list[dict[str, object]]:
    """Return the cases as JSON objects, in order."""
    return [{**msgspec.to_builtins(each), "holds": each.holds} for each in checked]


def print_cases(app: str, checked: Sequence[Checked], console: Console) -> None:
    """Print a row for each case, then how many hold."""
    table = _table("", "case", "expected", "decided", "by")
    for each in checked:
        sign = styled("✓", style="green") if each.holds else styled("✗", style="red")
        by = ", ".join(each.policies) or each.reason
        told = f"{by} (expected {each.missing} among them)" if each.missing else by
        table.add_row(sign, styled(each.name), styled(each.expected), styled(each.found), styled(told))
    console.print(table)
    failed = sum(not each.holds for each in checked)
    told = f"{counted(len(checked), 'case')}, all as expected" if not failed else f"{failed} of {len(checked)} fail"
    console.print(styled(f"{app}: {told}", style="red" if failed else "green"))


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table
