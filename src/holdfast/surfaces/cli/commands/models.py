"""``holdfast models``: lists the models that can be named here, what they cost, and what is missing for the others."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption
from holdfast.surfaces.cli.problems import reporting

NamesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="NAME", help="Only these, be they configured or not.", show_default=False)
]


def models(names: NamesArgument = None, as_json: JsonOption = False) -> None:
    """List the models that are configured and the providers, with windows, prices, and what they still need."""
    import os
    import time

    from holdfast.runtime.models.listing import list_models
    from holdfast.runtime.models.prices import known_prices
    from holdfast.surfaces.cli.showing.models_table import models_records, print_models
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    with reporting(as_json=as_json):
        found = list_models(os.environ, names or ())
        known = known_prices([one.name for one in found if one.model], os.environ, time.time())
    if as_json:
        write_json(models_records(found, known))
    else:
        print_models(found, known, out())
