"""The models that can be named: as a table, and as JSON. Keys are told by the names of their variables alone."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from holdfast.runtime.models.listing import ListedModel
from holdfast.surfaces.cli.showing.terminal import styled

COLUMNS = ("name", "model", "where", "state")


def models_records(found: Sequence[ListedModel]) -> list[dict[str, object]]:
    """Return the models as JSON objects, in order."""
    return [
        {
            "name": one.name,
            "provider": one.provider,
            "model": one.model or None,
            "server": one.server,
            "keys": one.keys,
            "has_key": one.has_key,
            "extra": one.extra,
            "is_installed": one.is_installed,
            "is_ready": one.is_ready,
        }
        for one in found
    ]


def print_models(found: Sequence[ListedModel], console: Console) -> None:
    """Print the models, those that are configured first, each with what it still needs."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in COLUMNS:
        table.add_column(name, overflow="fold")
    for one in found:
        state = styled("ready", style="green") if one.is_ready else styled(_missing(one), style="yellow")
        table.add_row(styled(one.name, style="bold"), styled(one.model or "any"), styled(_where(one)), state)
    console.print(table)


def _where(one: ListedModel) -> str:
    return one.provider if one.server is None else f"{one.provider} at {one.server}"


def _missing(one: ListedModel) -> str:
    missing = [] if one.is_installed else [f"pip install 'holdfast[{one.extra}]'"]
    return "; ".join(missing if one.has_key else [*missing, f"set {' or '.join(one.keys)}"])
