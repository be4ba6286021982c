"""The installed applications, and whether each can be loaded."""

from collections.abc import Iterator

from holdfast.kernel.errors import HoldfastError
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.catalogue import Catalogue
from holdfast.surfaces.cli.app_command import load_command
from holdfast.surfaces.cli.diagnosis.finding import Finding, failure, fine, warning
from holdfast.surfaces.cli.showing.versions import BROKEN
from holdfast.surfaces.cli.showing.wording import counted


def look_at_apps() -> Iterator[Finding]:
    """Yield what is found of each app."""
    catalogue = Catalogue()
    names = catalogue.names()
    if not names:
        yield warning("apps", "none is installed", "install a package that declares some under 'holdfast.apps'")
    for name in names:
        yield _app(name, catalogue)


def _app(name: str, catalogue: Catalogue) -> Finding:
    about = f"app {name}"
    try:
        app = catalogue.find(name)
        load_command(name)
    except HoldfastError as error:
        return warning(about, str(error), "runs of it cannot be driven here until that is mended")
    except BROKEN as error:
        return failure(about, f"{type(error).__name__} when it is loaded: {error}", "mend the package, or remove it")
    return fine(about, _told(app))


def _told(app: App) -> str:
    tools = len({tool.name for agent in app.agents for tool in agent.tools} | {tool.name for tool in app.tools})
    return f"{counted(len(app.agents), 'agent')}, {counted(tools, 'tool')}, {counted(len(app.functions), 'function')}"
