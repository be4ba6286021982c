"""``holdfast gc``: removes runs that ended long ago, and gives their space back."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, QuietOption, StoreOption
from holdfast.surfaces.cli.problems import reporting

OlderThanOption = Annotated[
    str, typer.Option("--older-than", metavar="AGE", help="Remove what ended longer ago: 90m, 12h, 30d, 8w.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would go; remove nothing.")]


def gc(
    older_than: OlderThanOption,
    dry_run: DryRunOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Remove runs that ended long ago with all they hold; never one that is going, waiting or parked."""
    import asyncio

    from holdfast.surfaces.cli.asking.ages import age_seconds
    from holdfast.surfaces.cli.moving.removals import collect
    from holdfast.surfaces.cli.showing.moves import print_collected
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    with reporting(as_json=as_json):
        age = age_seconds(older_than)
        found = asyncio.run(collect(age, store, is_dry_run=dry_run, is_quiet=quiet or as_json))
    if as_json:
        write_json(found)
    else:
        print_collected(found, out())
