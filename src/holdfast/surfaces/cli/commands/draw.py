"""``holdfast draw APP``: an application's flow as a picture, as JSON, or compared with another version of it."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, StoreOption
from holdfast.surfaces.cli.problems import reporting

AppArgument = Annotated[str, typer.Argument(metavar="APP", help="The application's name.")]
MermaidOption = Annotated[bool, typer.Option("--mermaid", help="Print a Mermaid diagram.")]
SvgOption = Annotated[str | None, typer.Option("--svg", metavar="FILE", help="Write an SVG picture; - prints it.")]
RunOption = Annotated[str | None, typer.Option("--run", metavar="RUN", help="Draw in how this run stands.")]
DiffOption = Annotated[
    str | None,
    typer.Option("--diff", metavar="RUN|FILE", help="Say what differs from a run's version, or a file of --json."),
]


def draw(
    app: AppArgument,
    as_mermaid: MermaidOption = False,
    svg: SvgOption = None,
    run: RunOption = None,
    diff: DiffOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw an application's flow: its nodes with joins, limits, guards, tools and models."""
    import asyncio

    with reporting(as_json=as_json):
        if diff is not None:
            _compare(app, diff, store, as_json=as_json)
        else:
            asyncio.run(_draw(app, run, store, svg, as_mermaid=as_mermaid, as_json=as_json))


async def _draw(
    name: str, run_id: str | None, store: str | None, svg: str | None, *, as_mermaid: bool, as_json: bool
) -> None:
    import msgspec

    from holdfast.orchestration.draw import draw_mermaid, draw_svg, draw_text
    from holdfast.orchestration.flow.nodes import to_json
    from holdfast.orchestration.flow.review import to_json as review_to_json
    from holdfast.surfaces.cli.asking.drawn import drawn
    from holdfast.surfaces.cli.asking.verified import verdict_on
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import clean, out

    app, known = await drawn(name, run_id, store)
    verified = verdict_on(app, store)
    if svg not in (None, "-"):
        _write(svg, draw_svg(app.flow, known))
    if as_json:
        pictures = {"text": draw_text, "mermaid": draw_mermaid, "svg": draw_svg}
        review = None if app.review is None else msgspec.Raw(review_to_json(app.review))
        told = {picture: make(app.flow, known) for picture, make in pictures.items()}
        write_json(
            {"app": name, "flow": msgspec.Raw(to_json(app.flow)), "review": review, "verified": verified, **told}
        )
    elif svg == "-":
        typer.echo(draw_svg(app.flow, known), nl=False)
    elif svg is None or as_mermaid:
        picture = draw_mermaid(app.flow, known) if as_mermaid else draw_text(app.flow, known)
        out().print(clean(picture.rstrip("\n"), keeps_lines=True), soft_wrap=True)
        badge = f"%% {verified.badge}" if as_mermaid else verified.badge
        out().print(clean(badge), style="bright_black", soft_wrap=True)


def _write(file: str, picture: str) -> None:
    from pathlib import Path

    from holdfast.kernel.errors import InputError

    try:
        Path(file).write_text(picture, encoding="utf-8")
    except OSError as error:
        raise InputError(f"expected a file that can be written, found {file}: {error}") from error


def _compare(name: str, against: str, store: str | None, *, as_json: bool) -> None:
    from holdfast.orchestration.application.catalogue import Catalogue
    from holdfast.surfaces.cli.asking.compared import compared
    from holdfast.surfaces.cli.showing.differences import difference_lines
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import clean, out

    found = compared(Catalogue().find(name), against, store)
    if as_json:
        write_json(found)
        return
    for line in difference_lines(found):
        out().print(clean(line), soft_wrap=True)
