"""Opens what a run's tools need, for as long as the run is driven: the app's own code, which may raise anything."""

from contextlib import AsyncExitStack

from holdfast.integration.tools.caught import Raised, caught
from holdfast.integration.tools.edge import awaited
from holdfast.kernel.errors import DefinitionError, HoldfastError, ResourceError
from holdfast.orchestration.application.app import App, Resources


async def open_resources(app: App, given: object, stack: AsyncExitStack) -> Resources:
    """Return the resources of ``app`` for the typed input ``given``; ``stack`` closes them.

    Raises ResourceError when they cannot be opened, DefinitionError when they are not what the app says that it
    provides, and what the app itself raises of ours: InputError if the input names what cannot be used.
    """
    made = caught(app.resources, given)
    opened = made if isinstance(made, Raised) else await awaited(stack.enter_async_context(made))
    if isinstance(opened, Raised):
        if isinstance(opened.error, HoldfastError):
            raise opened.error
        what = f"{type(opened.error).__name__}: {opened.error}"
        raise ResourceError(f"the resources of app {app.name!r} could not be opened: {what}") from opened.error
    if missing := app.provides - opened.keys():
        told = ", ".join(sorted(kind.__name__ for kind in missing))
        raise DefinitionError(f"app {app.name!r}: expected its resources to provide {told}, found that they do not")
    return opened
