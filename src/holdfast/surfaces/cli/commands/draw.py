"""``holdfast draw APP``: an application's flow as a picture of text, or as a Mermaid diagram."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, StoreOption
from holdfast.surfaces.cli.problems import reporting

AppArgument = Annotated[str, typer.Argument(metavar="APP", help="The application's name.")]
MermaidOption = Annotated[bool, typer.Option("--mermaid", help="Print a Mermaid diagram.")]
RunOption = Annotated[str | None, typer.Option("--run", metavar="RUN", help="Draw in how this run stands.")]


def draw(
    app: AppArgument,
    as_mermaid: MermaidOption = False,
    run: RunOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw an application's flow: its nodes with joins, limits, guards, tools and models."""
    import asyncio

    with reporting(as_json=as_json):
        asyncio.run(_draw(app, run, store, as_mermaid=as_mermaid, as_json=as_json))


async def _draw(name: str, run_id: str | None, store: str | None, *, as_mermaid: bool, as_json: bool) -> None:
    import msgspec

    from holdfast.kernel.errors import InputError
    from holdfast.orchestration.application.catalogue import Catalogue
    from holdfast.orchestration.draw import Knowledge, draw_mermaid, draw_text
    from holdfast.orchestration.flow.nodes import to_json
    from holdfast.orchestration.flow.review import to_json as review_to_json
    from holdfast.surfaces.cli.asking.stores import reading
    from holdfast.surfaces.cli.asking.verified import verdict_on
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import clean, out

    app = Catalogue().find(name)
    known = Knowledge({agent.name: agent.model for agent in app.agents}, app.grants, review=app.review)
    if run_id is not None:
        async with reading(store) as runtime:
            state = await (await runtime.run(run_id)).state()
        if state.app != name:
            raise InputError(
                f"expected a run of app {name!r}, found one of {state.app!r}: holdfast draw {state.app} --run {run_id}"
            )
        app = app.under(state.definitions) or app
        known = Knowledge(state.models, app.grants, state, app.review)
    verified = verdict_on(app, store)
    if as_json:
        pictures = {"text": draw_text(app.flow, known), "mermaid": draw_mermaid(app.flow, known)}
        review = None if app.review is None else msgspec.Raw(review_to_json(app.review))
        write_json(
            {"app": name, "flow": msgspec.Raw(to_json(app.flow)), "review": review, "verified": verified, **pictures}
        )
        return
    picture = draw_mermaid(app.flow, known) if as_mermaid else draw_text(app.flow, known)
    badge = f"%% {verified.badge}" if as_mermaid else verified.badge
    out().print(clean(picture.rstrip("\n"), keeps_lines=True), soft_wrap=True)
    out().print(clean(badge), style="bright_black", soft_wrap=True)
