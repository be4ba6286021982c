"""``holdfast verify APP``: what can be proved of an application before it runs, and the story of what is amiss."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, QuietOption, StoreOption
from holdfast.surfaces.cli.problems import reporting

AppArgument = Annotated[str, typer.Argument(metavar="APP", help="The application's name.")]
ItemsOption = Annotated[
    int, typer.Option("--items", min=1, max=8, help="The most items of a list that nobody knows yet.")
]
StatesOption = Annotated[int, typer.Option("--situations", min=1, help="The most situations to visit.")]
SecondsOption = Annotated[float, typer.Option("--seconds", min=0.1, help="The longest it may take.")]


def verify(
    app: AppArgument,
    items: ItemsOption = 2,
    situations: StatesOption = 200_000,
    seconds: SecondsOption = 60.0,
    store: StoreOption = None,
    is_quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Check an application before it runs: that it ends, reaches and handles everything, and asks before it acts."""
    from holdfast.orchestration.application.catalogue import Catalogue
    from holdfast.runtime.verifying import verify as search
    from holdfast.surfaces.cli.asking.verified import keep
    from holdfast.surfaces.cli.exit_codes import ExitCode
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out
    from holdfast.surfaces.cli.showing.verified_page import print_report, report_record, telling
    from holdfast.verify.bounds import Bounds
    from holdfast.verify.report import Verdict

    with reporting(as_json=as_json):
        catalogue = Catalogue()
        found = catalogue.find(app)
        with telling(app, is_quiet=is_quiet or as_json) as tell:
            bounds = Bounds(items=items, states=situations, seconds=seconds)
            report = search(found, catalogue=catalogue, bounds=bounds, tell=tell)
        kept = keep(report, found, catalogue, store)
        if as_json:
            write_json(report_record(report, kept))
        else:
            print_report(report, kept, out())
        raise typer.Exit(ExitCode.FAILED if report.verdict is Verdict.VIOLATED else ExitCode.OK)
