"""``holdfast policy check``, ``test``, ``explain``: policies tried before a run, and what they have decided in one."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, RunArgument, StoreOption
from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.problems import reporting

policy = typer.Typer(help="The rules that decide of every call of a tool.", no_args_is_help=True)

AppArgument = Annotated[str, typer.Argument(metavar="APP", help="The application's name.")]
FileArgument = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="Cases in TOML or JSON.", show_default="cases.toml beside the policies"),
]
StepArgument = Annotated[
    str, typer.Argument(metavar="STEP", help="Only this call, or those below this node.", show_default=False)
]


@policy.command("check")
def check(app: AppArgument, as_json: JsonOption = False) -> None:
    """Read an application's policies, its own and those its declarations come to; 2 if one does not fit."""
    from holdfast.orchestration.application.catalogue import Catalogue
    from holdfast.runtime.policies import policies_of
    from holdfast.surfaces.cli.showing.policy_tables import policy_records, print_policies
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    with reporting(as_json=as_json):
        found = policies_of(Catalogue().find(app))
    if as_json:
        write_json({"app": app, "policies": policy_records(found)})
    else:
        print_policies(app, found, out())


@policy.command("test")
def run_cases(app: AppArgument, file: FileArgument = None, as_json: JsonOption = False) -> None:
    """Put a table of cases to an application's policies; 1 if one is not decided as expected."""
    from holdfast.orchestration.application.catalogue import Catalogue
    from holdfast.orchestration.application.policy_cases import cases_file, check_cases, read_cases
    from holdfast.runtime.deciding import decides_for
    from holdfast.surfaces.cli.showing.policy_tables import case_records, print_cases
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    with reporting(as_json=as_json):
        found = Catalogue().find(app)
        path = file or cases_file(found)
        checked = check_cases(found, decides_for(found), read_cases(path))
    if as_json:
        write_json({"app": app, "file": str(path), "cases": case_records(checked)})
    else:
        print_cases(app, checked, out())
    raise typer.Exit(ExitCode.OK if all(each.holds for each in checked) else ExitCode.FAILED)


@policy.command("explain")
def explain(run: RunArgument, step: StepArgument = "", store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Tell of each call of a run which policies let it through or denied it, as it was recorded."""
    import asyncio

    with reporting(as_json=as_json):
        asyncio.run(_explain(run, step, store, as_json=as_json))


async def _explain(run_id: str, step: str, store: str | None, *, as_json: bool) -> None:
    from holdfast.surfaces.cli.asking.looking import look
    from holdfast.surfaces.cli.asking.revealing import masking
    from holdfast.surfaces.cli.asking.stores import reading, store_url
    from holdfast.surfaces.cli.showing.judged import judged_records, print_judged
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    async with reading(store) as runtime:
        found_run = await runtime.run(run_id)
        masked = await masking(found_run, store_url(store), "policy explain", reveals=False)
        seen = await look(found_run, store_url(store), masked)
    found = judged_records(seen.trace.spans, step)
    if as_json:
        write_json({"run_id": seen.trace.state.run, "calls": found})
    else:
        print_judged(found, out())
