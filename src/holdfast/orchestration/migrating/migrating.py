"""Brings a run in flight to the present version of its app: asks the declared migrations, and checks what they say.

A migration is the app's own code and may raise anything; nothing of what it says is taken that does not fit.
"""

from collections.abc import Mapping
from types import MappingProxyType

from holdfast.execution.interrupt import effects_of
from holdfast.integration.tools.caught import Raised, caught
from holdfast.journal.events import RunMigrated
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.fold.versions import moved
from holdfast.kernel.errors import DefinitionChanged
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.versions import Migrated, Migration, NodeView, OnChange, RunView
from holdfast.orchestration.flow.nodes import told_apart
from holdfast.orchestration.migrating.migration_checks import check_fits, has_acted, place
from holdfast.orchestration.migrating.patterns import meant
from holdfast.orchestration.migrating.unchanged import check_unchanged


def adopt(state: RunState, app: App) -> RunMigrated | None:
    """Return what is to be recorded so that the run goes on under ``app``; None if that is what it runs under.

    Raises DefinitionChanged, with what has changed, if it cannot.
    """
    if state.definitions == app.definitions:
        return None
    if app.on_change is not OnChange.MIGRATE:
        check_unchanged(state, app)
    view = _view(state, app)
    for migration in app.migrations:
        told = _asked(migration, view, state, app)
        if told is not None:
            event = _event(migration, told, state, app)
            check_fits(state, event, app)
            return event
    names = ", ".join(migration.name for migration in app.migrations)
    check_unchanged(state, app, f"None of its migrations ({names}) can bring it to the present one. ")
    return None


def _asked(migration: Migration, view: RunView, state: RunState, app: App) -> Migrated | None:
    told: object = caught(migration.function, view)
    match told:
        case None | Migrated():
            return told
        case Raised(error):
            found = f"it raised {type(error).__name__}: {error}"
        case other:
            found = f"it returned {other!r:.80}"
    raise DefinitionChanged(
        f"migration {migration.name!r} of app {app.name!r}, on run {state.run}: expected Migrated or None, found that "
        f"{found}. Mend it and resume the run"
    )


def _event(migration: Migration, told: Migrated, state: RunState, app: App) -> RunMigrated:
    renamed = {old: new for pattern, to in told.renamed.items() for old, new in meant(pattern, to, state).items()}
    dropped = tuple(path for pattern in told.dropped for path in meant(pattern, pattern, state))
    stays = (moved(node.path, renamed, dropped) for node in state.nodes.values() if node.branches)
    places = {path: place(app, path, state) for path in stays if path is not None}
    return RunMigrated(
        by=migration.name,
        definitions=app.definitions,
        models={agent.name: state.models.get(agent.name, agent.model) for agent in app.agents},
        renamed=renamed,
        dropped=dropped,
        branches={
            path: names for path, node in sorted(places.items()) if node is not None and (names := told_apart(node))
        },
    )


def _view(state: RunState, app: App) -> RunView:
    nodes = {path: _node_view(node) for path, node in sorted(state.nodes.items())}
    before: Mapping[str, str] = MappingProxyType(state.definitions)
    return RunView(state.run, state.app, MappingProxyType(nodes), before, MappingProxyType(app.definitions))


def _node_view(node: NodeState) -> NodeView:
    in_doubt = any(step.in_doubt for _, _, step in effects_of(node))
    return NodeView(node.path, node.kind, node.outcome, has_acted(node), in_doubt)
