"""``holdfast sandbox doctor``: tries to break out of each sandbox of this machine, and says which of them hold."""

import typer

from holdfast.surfaces.cli.asking.options import JsonOption
from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.problems import reporting

sandbox = typer.Typer(help="Where code runs that nobody vouches for.", no_args_is_help=True)


@sandbox.command("doctor")
def doctor(as_json: JsonOption = False) -> None:
    """Try every known way out of each level of sandbox; 1 if none of them holds here."""
    import asyncio

    from holdfast.runtime.sandboxes import examine, machine_facts
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.sandbox_table import print_sandboxes, sandbox_records
    from holdfast.surfaces.cli.showing.terminal import out

    with reporting(as_json=as_json):
        found = asyncio.run(examine())
    chosen = next((each.level for each in found if not each.refused), None)
    if as_json:
        write_json(sandbox_records(found, chosen, machine_facts()))
    else:
        print_sandboxes(found, chosen, machine_facts(), out())
    raise typer.Exit(ExitCode.OK if chosen else ExitCode.FAILED)
