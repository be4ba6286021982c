"""``holdfast models``: lists the models that can be named here, what they cost, what is missing, how accounts stand."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, StoreOption
from holdfast.surfaces.cli.problems import reporting

NamesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="NAME", help="Only these, be they configured or not.", show_default=False)
]


def models(names: NamesArgument = None, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """List the models that are configured and the providers, with windows, prices, and what they still need.

    Of accounts that the process which drives the runs has asked, their state is told too.
    """
    import os

    from holdfast.kernel.clock import SystemClock
    from holdfast.runtime.models.health import health_file, read_health
    from holdfast.runtime.models.listing import list_models
    from holdfast.runtime.models.prices import known_prices
    from holdfast.surfaces.cli.asking.stores import store_path, store_url
    from holdfast.surfaces.cli.showing.accounts_table import print_accounts
    from holdfast.surfaces.cli.showing.models_table import models_records, print_models
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    now = SystemClock().now()
    with reporting(as_json=as_json):
        path = store_path(store_url(store))
        health = read_health(health_file(path)) if path else None
        found = list_models(os.environ, names or (), health)
        known = known_prices([one.place for one in found if one.model], os.environ, now)
    if as_json:
        write_json(models_records(found, known, health, now))
        return
    print_models(found, known, out())
    if health is not None:
        print_accounts(health, now, out())
