"""What is drawn: an app, in the version of a run where one is named, and what is known beside its flow."""

from holdfast.kernel.errors import InputError
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.catalogue import Catalogue
from holdfast.orchestration.draw import Knowledge
from holdfast.surfaces.cli.asking.stores import reading


async def drawn(name: str, run_id: str | None, store: str | None) -> tuple[App, Knowledge]:
    """Return the app ``name``, and what a picture of it shows. Raises InputError, RunNotFound."""
    app = Catalogue().find(name)
    if run_id is None:
        return app, Knowledge({agent.name: agent.model for agent in app.agents}, app.grants, review=app.review)
    async with reading(store) as runtime:
        state = await (await runtime.run(run_id)).state()
    if state.app != name:
        raise InputError(
            f"expected a run of app {name!r}, found one of {state.app!r}: holdfast draw {state.app} --run {run_id}"
        )
    app = app.under(state.definitions) or app
    return app, Knowledge(state.models, app.grants, state, app.review)
