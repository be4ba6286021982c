"""Whether an app is still what a run was started with. Pure."""

from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import DefinitionChanged
from holdfast.orchestration.app import App


def check_unchanged(state: RunState, app: App) -> None:
    """Raise DefinitionChanged, naming what changed, if the app is not what the run was started with."""
    now = app.definitions
    changed = sorted(
        name for name in state.definitions.keys() | now.keys() if state.definitions.get(name) != now.get(name)
    )
    if changed:
        told = ", ".join(_change(name, state.definitions, now) for name in changed)
        raise DefinitionChanged(
            f"run {state.run} was started with other definitions of app {app.name!r}: {told}. "
            "Bring the old version back and resume it, or cancel it and start a new run"
        )


def _change(name: str, before: dict[str, str], now: dict[str, str]) -> str:
    if name not in now:
        return f"{name} is gone"
    return f"{name} is new" if name not in before else f"{name} has changed"
