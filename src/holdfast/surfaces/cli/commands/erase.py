"""``holdfast erase SUBJECT``: erases what the store holds of a person."""

import sys
from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, StoreOption
from holdfast.surfaces.cli.problems import reporting

STDIN = "-"
SubjectArgument = Annotated[
    str, typer.Argument(metavar="SUBJECT", help="The person, as named with --subject; - reads the name from stdin.")
]
TenantOption = Annotated[str, typer.Option("--tenant", help="Whose runs.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would go; erase nothing.")]
CancelOption = Annotated[
    bool, typer.Option("--cancel", help="First end what is not over, also if nobody knows what became of a call.")
]


def erase(
    subject: SubjectArgument,
    tenant: TenantOption = "default",
    dry_run: DryRunOption = False,
    cancel: CancelOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase a person: destroy the key that their runs are sealed under, then take out what these hold. For good."""
    import asyncio

    from holdfast.surfaces.cli.moving.erasing import erase_subject
    from holdfast.surfaces.cli.showing.moves import print_erasing
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    with reporting(as_json=as_json):
        name = sys.stdin.read().strip() if subject == STDIN else subject
        found = asyncio.run(erase_subject(name, tenant, store, is_dry_run=dry_run, cancels=cancel))
    if as_json:
        write_json(found)
    else:
        print_erasing(found, out())
