"""With what a flow is compared: the version that a run was started with, or what a file holds."""

import asyncio
from pathlib import Path

import msgspec

from holdfast.kernel.errors import InputError
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.difference import differences
from holdfast.orchestration.flow.nodes import Node, from_json
from holdfast.orchestration.flow.review import Review
from holdfast.orchestration.flow.review_difference import review_differences
from holdfast.orchestration.migrating.unchanged import changes, told_changes
from holdfast.surfaces.cli.asking.stores import reading
from holdfast.surfaces.cli.showing.differences import Comparison

OF_FLOW = frozenset(("flow", "review"))


class Drawn(msgspec.Struct, frozen=True):
    """What ``holdfast draw --json`` writes of an app, as far as it is compared."""

    flow: Node | None = None
    review: Review | None = None


def compared(app: App, against: str, store: str | None) -> Comparison:
    """Return what is different in ``app`` from the run or file ``against``. Raises InputError, RunNotFound.

    What has a suffix is the name of a file, whether there is one or not: no id of a run has any.
    """
    path = Path(against)
    if not path.suffix and not path.is_file():
        return asyncio.run(_with_run(app, against, store))
    flow, review = _read(path)
    return Comparison(app.name, against, differences(flow, app.flow), review_differences(review, app.review))


async def _with_run(app: App, against: str, store: str | None) -> Comparison:
    async with reading(store) as runtime:
        state = await (await runtime.run(against)).state()
    if state.app != app.name:
        raise InputError(f"expected a run of app {app.name!r}, found one of {state.app!r}: holdfast draw {state.app}")
    names = changes(state.definitions, app.definitions)
    before = app.under(state.definitions)
    if before is None and OF_FLOW.isdisjoint(names):
        before = app
    if before is None:
        raise InputError(
            f"expected run {state.run} to be of a version of {app.name!r} that is registered here, found another "
            f"({told_changes(state.definitions, app.definitions)}): register it among the older ones of the app, or "
            "give the file that 'holdfast draw --json' wrote of it"
        )
    return Comparison(
        app.name,
        str(state.run),
        differences(before.flow, app.flow),
        review_differences(before.review, app.review),
        tuple(name for name in names if name not in OF_FLOW),
    )


def _read(path: Path) -> tuple[Node, Review | None]:
    """Return the flow and the review in the file at ``path``: a flow alone, or what ``holdfast draw --json`` wrote."""
    try:
        text = path.read_bytes()
        drawn = msgspec.json.decode(text, type=Drawn)
        return (from_json(text), None) if drawn.flow is None else (drawn.flow, drawn.review)
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(
            f"expected {path} to hold a flow as 'holdfast draw APP --json' writes it, found something else: {error}"
        ) from error
