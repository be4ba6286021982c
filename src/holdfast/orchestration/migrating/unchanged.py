"""Whether an app is still what a run runs under, and what is said if it is not. Pure."""

from collections.abc import Mapping

from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import DefinitionChanged
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.versions import OnChange, version_id

DIGITS_TOLD = 8
_TODO = {
    OnChange.STOP: "Bring the old version back and resume it, or cancel it and start a new run",
    OnChange.PIN: "Register that version among the older ones of the app and resume it, or cancel it",
    OnChange.MIGRATE: "Declare a migration that can, and resume it, or cancel it and start a new run",
}


def check_unchanged(state: RunState, app: App, tried: str = "") -> None:
    """Raise DefinitionChanged if the app is not what the run runs under; it names what changed and was ``tried``."""
    before, now = state.definitions, app.definitions
    names = changes(before, now)
    if not names:
        return
    hashes = ", ".join(f"{name} {before[name][:DIGITS_TOLD]}" for name in names if name in before)
    older = ", ".join(f"{each.version} (older)" for each in app.older)
    raise DefinitionChanged(
        f"run {state.run} was started with other definitions of app {app.name!r}: {told_changes(before, now)}. "
        f"It runs under version {version_id(before)}{f' ({hashes})' if hashes else ''}; registered here are "
        f"{app.version} (present){', ' if older else ''}{older}. {tried}{_TODO[app.on_change]}"
    )


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the names of the definitions that differ, in order."""
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def told_changes(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Return what has become of each definition that differs."""
    return ", ".join(_change(name, before, now) for name in changes(before, now))


def _change(name: str, before: Mapping[str, str], now: Mapping[str, str]) -> str:
    if name not in now:
        return f"{name} is gone"
    return f"{name} is new" if name not in before else f"{name} has changed"
