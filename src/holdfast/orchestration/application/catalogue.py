"""Which applications can be run by name: those handed in, and those installed packages declare."""

import difflib
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

from holdfast.execution.agent import Agent
from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import AgentNode

ENTRY_POINTS = "holdfast.apps"
"""The group under which a package declares its apps; each entry names an ``App``."""


class Catalogue:
    """Finds apps. Those handed in win over installed ones of the same name."""

    def __init__(self, apps: Sequence[App | Agent] = ()) -> None:
        """Raises DefinitionError as ``find`` does."""
        self._apps: dict[str, App] = {}
        self._of_agents: dict[str, tuple[Agent, App]] = {}
        for app in apps:
            self.find(app)

    def names(self) -> tuple[str, ...]:
        """Return the names of all apps that can be run, in order."""
        return tuple(sorted(self._apps.keys() | _installed().keys()))

    def loaded(self) -> tuple[App, ...]:
        """Return the apps that were given or asked for, in that order."""
        return tuple(self._apps.values())

    def find(self, target: App | Agent | str) -> App:
        """Return the app that ``target`` is or names; an agent becomes an app of one node.

        Raises DefinitionError if there is no such app, its package cannot be loaded, or another app has the name.
        """
        match target:
            case App():
                return self._add(target)
            case Agent():
                return self._of_agent(target)
            case name:
                return self._apps.get(name) or self._load(name)

    def _of_agent(self, agent: Agent) -> App:
        """Return the app of ``agent``, made and checked once: most runs are begun with the very agent of the last."""
        known = self._of_agents.get(agent.name)
        if known is None or known[0] is not agent:
            known = self._of_agents[agent.name] = agent, self._add(_app_of(agent))
        return known[1]

    def _add(self, app: App) -> App:
        known = self._apps.setdefault(app.name, app)
        if known != app:
            raise DefinitionError(
                f"expected one app called {app.name!r}, found another of that name here already: "
                "rename one of them, open another runtime, or register an older version with older="
            )
        return known

    def _load(self, name: str) -> App:
        entry = _installed().get(name)
        if entry is None:
            near = ", ".join(difflib.get_close_matches(name, self.names(), n=3) or self.names()) or "none is installed"
            raise DefinitionError(f"expected the name of an app, found {name!r}: there is {near}")
        try:
            app = entry.load()
        except ImportError as error:
            raise DefinitionError(
                f"app {name!r} needs a package that is not installed ({error}): pip install 'holdfast[{name}]'"
            ) from error
        if not isinstance(app, App):
            raise DefinitionError(f"expected {entry.value} to be an App, found {type(app).__name__}")
        return self._apps.setdefault(name, app)


def _installed() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=ENTRY_POINTS)}


def _app_of(agent: Agent) -> App:
    needed = frozenset(kind for tool in agent.tools for kind in tool.requires)
    if needed:
        names = ", ".join(sorted(kind.__name__ for kind in needed))
        raise DefinitionError(f"agent {agent.name!r} has tools that need {names}: declare an App that provides them")
    return App(agent.name, AgentNode(agent.name, agent.name), agents=(agent,), input=object)
