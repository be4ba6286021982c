"""Which version of its app a run runs under, and whether that can be driven with what is installed here."""

import enum

import msgspec

from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import HoldfastError
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.catalogue import Catalogue
from holdfast.orchestration.application.versions import OnChange, version_id
from holdfast.orchestration.migrating.unchanged import told_changes

BROKEN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What the import of somebody's package may raise beside what is missing."""


class Registered(enum.StrEnum):
    """What is known of a run's version here."""

    PRESENT = "present"
    OLDER = "older"
    OTHER = "other"
    """It is none of the versions that are registered here."""
    UNKNOWN = "unknown"
    """The app is not installed here, or cannot be loaded."""


class Version(msgspec.Struct, frozen=True):
    """The version a run runs under. ``changed`` says what is different in the present one, where it is another."""

    version: str
    registered: Registered
    changed: str = ""
    is_migrated: bool = False
    """Whether the present version brings runs of others to itself."""


def version_of(state: RunState) -> Version:
    """Return the version that the run runs under."""
    version = version_id(state.definitions)
    app = _installed(state.app)
    if app is None:
        return Version(version, Registered.UNKNOWN)
    if app.version == version:
        return Version(version, Registered.PRESENT)
    changed = told_changes(state.definitions, app.definitions)
    found = Registered.OTHER if app.under(state.definitions) is None else Registered.OLDER
    return Version(version, found, changed, app.on_change is OnChange.MIGRATE)


def _installed(name: str) -> App | None:
    try:
        return Catalogue().find(name)
    except (HoldfastError, *BROKEN):
        return None
