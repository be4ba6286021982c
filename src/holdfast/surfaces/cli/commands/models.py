"""``holdfast models``: lists the models that can be named here, and what is missing for the others."""

from holdfast.surfaces.cli.asking.options import JsonOption
from holdfast.surfaces.cli.problems import reporting


def models(as_json: JsonOption = False) -> None:
    """List the models that are configured and the providers, with whether their keys and clients are there."""
    import os

    from holdfast.runtime.models.listing import list_models
    from holdfast.surfaces.cli.showing.models_table import models_records, print_models
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    with reporting(as_json=as_json):
        found = list_models(os.environ)
    if as_json:
        write_json(models_records(found))
    else:
        print_models(found, out())
