"""Which commands an application is run with and made things for: found by entry points, loaded when asked for."""

from importlib.metadata import EntryPoint, entry_points

from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.application.catalogue import Catalogue

COMMANDS = "holdfast.cli"
"""The entry point group of the commands that apps bring along."""
INITS = "holdfast.init"
"""The entry point group of what makes things for an app, where the app itself is to know nothing of it."""


def app_names() -> tuple[str, ...]:
    """Return the names of the installed apps, in order. Loads none of them."""
    return Catalogue().names()


def brought_command(app: str) -> object | None:
    """Return what the package of ``app`` declares as its command; None if it declares none.

    Raises DefinitionError for an app that is not installed, or whose command cannot be loaded.
    """
    if app not in app_names():
        Catalogue().find(app)
    entry = declared_commands().get(app)
    return None if entry is None else _loaded(entry)


def brought_init(app: str) -> object | None:
    """Return what makes things for ``app``: what is declared for that, else its command. Raises as above."""
    declared = {entry.name: entry for entry in entry_points(group=INITS)}
    command = brought_command(app)
    return _loaded(declared[app]) if app in declared else command


def declared_commands() -> dict[str, EntryPoint]:
    """Return the entry points of the commands that apps bring along, by the app's name."""
    return {entry.name: entry for entry in entry_points(group=COMMANDS)}


def _loaded(entry: EntryPoint) -> object:
    found: object
    try:
        found = entry.load()
    except ImportError as error:
        raise DefinitionError(
            f"the command of app {entry.name!r} needs a package that is not installed ({error}): "
            f"install it with pip install 'holdfast[{entry.name}]'"
        ) from error
    except AttributeError as error:
        raise DefinitionError(f"expected {entry.value} to name a command, found nothing there ({error})") from error
    return found
