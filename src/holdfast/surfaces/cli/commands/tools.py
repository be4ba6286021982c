"""``holdfast tools APP``: who may use what under which constraint, as a table or a picture."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption
from holdfast.surfaces.cli.problems import reporting

AppArgument = Annotated[str, typer.Argument(metavar="APP", help="The application's name.")]
MermaidOption = Annotated[bool, typer.Option("--mermaid", help="Print a Mermaid diagram.")]


def tools(app: AppArgument, as_mermaid: MermaidOption = False, as_json: JsonOption = False) -> None:
    """Show which agent may use which tool: what it does, what allows it, what asks, what forbids."""
    from holdfast.orchestration.application.catalogue import Catalogue
    from holdfast.orchestration.draw.tools import draw_tools
    from holdfast.runtime.policies import uses_for
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import clean, out
    from holdfast.surfaces.cli.showing.tools_table import print_uses, uses_record

    with reporting(as_json=as_json):
        found = Catalogue().find(app)
        uses = uses_for(found)
    if as_json:
        write_json({"app": app, "uses": uses_record(uses), "mermaid": draw_tools(uses)})
    elif as_mermaid:
        out().print(clean(draw_tools(uses).rstrip("\n"), keeps_lines=True), soft_wrap=True)
    else:
        print_uses(found, uses, out())
