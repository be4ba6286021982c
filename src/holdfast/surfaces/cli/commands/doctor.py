"""``holdfast doctor``: looks at the machine, the store and the applications, and says what is in the way."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, StoreOption
from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.problems import reporting

ModelOption = Annotated[
    list[str] | None,
    typer.Option("--model", metavar="NAME", help="Ask this model one short question; may be repeated."),
]


def doctor(store: StoreOption = None, model: ModelOption = None, as_json: JsonOption = False) -> None:
    """Check Python, packages, SQLite, the store, its keys, applications and models; 1 if something is in the way."""
    import asyncio
    import os

    from holdfast.surfaces.cli.asking.stores import store_url
    from holdfast.surfaces.cli.diagnosis.apps import look_at_apps
    from holdfast.surfaces.cli.diagnosis.finding import Finding, Level
    from holdfast.surfaces.cli.diagnosis.keys import look_at_keys
    from holdfast.surfaces.cli.diagnosis.machine import look_at_machine
    from holdfast.surfaces.cli.diagnosis.models import ask_models, look_at_models
    from holdfast.surfaces.cli.diagnosis.store import look_at_store
    from holdfast.surfaces.cli.diagnosis.table import print_findings
    from holdfast.surfaces.cli.diagnosis.versions import look_at_versions
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    async def examine() -> list[Finding]:
        of_store = [finding async for finding in look_at_store(store_url(store))]
        of_store.extend(look_at_keys(store_url(store)))
        of_versions = [finding async for finding in look_at_versions(store_url(store))]
        of_models = [*look_at_models(os.environ), *await ask_models(model or (), os.environ)]
        return [*look_at_machine(), *of_store, *look_at_apps(), *of_versions, *of_models]

    with reporting(as_json=as_json):
        found = asyncio.run(examine())
    is_well = all(finding.level is not Level.FAIL for finding in found)
    if as_json:
        write_json({"ok": is_well, "checks": found})
    else:
        print_findings(found, out())
    raise typer.Exit(ExitCode.OK if is_well else ExitCode.FAILED)
