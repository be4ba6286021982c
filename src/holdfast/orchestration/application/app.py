"""An application: a flow, and everything its nodes name. Checked when it is declared, before anything runs."""

import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from holdfast.execution.agent import Agent
from holdfast.integration.gateway.port import Model
from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.registry import Registry
from holdfast.integration.tools.sharing import Writers
from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import DefinitionError, InputError
from holdfast.kernel.limits import Budget, unusable
from holdfast.kernel.paths import check_name
from holdfast.orchestration.application.governing import Governed
from holdfast.orchestration.application.policy_files import Given, read_sources
from holdfast.orchestration.application.script import Script
from holdfast.orchestration.application.undo import Called, with_undo, with_undos
from holdfast.orchestration.application.versions import Migration, OnChange, version_id
from holdfast.orchestration.flow import review as reviews
from holdfast.orchestration.flow.check import check_flow
from holdfast.orchestration.flow.check_review import check_review
from holdfast.orchestration.flow.locate import locate
from holdfast.orchestration.flow.nodes import AgentNode, FunctionNode, Node, ToolNode, content_hash
from holdfast.orchestration.flow.review import Review
from holdfast.orchestration.flow.sagas import undo_nodes_of

Resources = Mapping[type, object]
"""What the tools of a run may be handed, by type (``Provided[T]``)."""

TITLE_LENGTH_MAX = 80

Named = TypeVar("Named", Agent, Migration, Script, Tool)


@asynccontextmanager
async def no_resources(_input: object) -> AsyncIterator[Resources]:
    """The resources of an app that needs none."""
    yield {}


def _first_words(value: object) -> str:
    return " ".join(str(value).split())[:TITLE_LENGTH_MAX]


@dataclass(frozen=True)
class App:
    """What can be run by name.

    ``resources`` opens, for as long as a run is driven, what its tools need (a repository, a client); it gets the run's
    validated input. ``models`` are made when a run first needs them. Raises DefinitionError for a flow that names
    something the app does not have.
    """

    name: str
    flow: Node
    agents: Sequence[Agent] = ()
    functions: Sequence[Tool] = ()
    scripts: Sequence[Script] = ()
    tools: Sequence[Tool] = ()
    """Tools that the flow's own tool nodes call; an agent's tools come with the agent."""
    input: Any = str
    """The type of a run's input: any that pydantic understands."""
    resources: Callable[[object], AbstractAsyncContextManager[Resources]] = no_resources
    provides: frozenset[type] = frozenset()
    """The types that ``resources`` provides."""
    models: Mapping[str, Callable[[], Model]] = field(default_factory=dict)
    budget: Budget = Budget()
    review: Review | None = None
    """What success is; without it, that the flow has succeeded."""
    on_change: OnChange = OnChange.STOP
    """What becomes of runs in flight whose definitions are not the present ones."""
    older: "Sequence[App]" = ()
    """Every earlier version that runs may still be pinned to. New runs start on the present one."""
    migrations: Sequence[Migration] = ()
    """Asked in order; the first that can brings the run to the present version."""
    title: Callable[[object], str] = _first_words
    policies: Given | Sequence[Given] = ()
    """Files of Cedar policies, or folders of them; a relative path is relative to the file that declares the app. With
    any, what none permits is denied. They are no part of its definitions: changed, they bind the runs in flight too."""
    shared_writers: Writers = field(default_factory=dict)
    """Who may write which shared values: by pattern of names the agents, and the functions and tools of the flow.
    Without any, everybody may; with some, nobody else."""
    governed_by: "App | None" = None
    """The app that it is a part of, whose policies and declarations decide of its calls in place of its own."""

    def __post_init__(self) -> None:
        folder = Path(sys._getframe(2).f_globals.get("__file__", "")).parent  # noqa: SLF001  # the caller
        object.__setattr__(self, "policies", read_sources(self.policies, folder))
        check_name(self.name, "app name")
        if self.flow.name != self.name:
            raise DefinitionError(
                f"app {self.name!r}: expected its flow to have the same name, found {self.flow.name!r}"
            )
        if told := unusable(self.budget):
            raise DefinitionError(f"app {self.name!r}: {told}")
        self._write_out_undo()
        known = set(self.agents_by_name), set(self.functions_by_name), set(self.tools_by_name), self.grants
        scripts = set(self.scripts_by_name)
        check_flow(self.flow, *known, scripts=scripts)
        if self.review is not None:
            check_review(self.review, self.flow, *known, scripts=scripts)
        registries = (Registry(self.functions), Registry(self.tools), *self.registries.values())
        for registry in registries:
            registry.check_provided({tool.name for tool in registry}, self.provides)
        self.governed.check()
        _check_versions(self)
        _check_writers(self)

    def _write_out_undo(self) -> None:
        """Let the flow and the review say what undoes the steps of their sagas, where they leave it to the tools."""
        called = Called(self.agents_by_name, self.functions_by_name, self.tools_by_name)
        object.__setattr__(self, "flow", with_undo(self.flow, called))
        if self.review is not None:
            nodes = {role: with_undo(node, called) for role, node in self.review.nodes.items()}
            object.__setattr__(self, "review", msgspec.structs.replace(self.review, **nodes))

    @cached_property
    def agents_by_name(self) -> dict[str, Agent]:
        """The agents, by name."""
        return _by_name("agent", self.agents)

    @cached_property
    def functions_by_name(self) -> dict[str, Tool]:
        """The functions, and those that undo them, by name."""
        return with_undos(_by_name("function", self.functions))

    @cached_property
    def scripts_by_name(self) -> dict[str, Script]:
        """The scripts, by name."""
        return _by_name("script", self.scripts)

    @cached_property
    def tools_by_name(self) -> dict[str, Tool]:
        """The tools of the flow's tool nodes, and those that undo them, by name."""
        return with_undos(_by_name("tool", self.tools))

    @cached_property
    def registries(self) -> dict[str, Registry]:
        """What each agent may be offered, by the agent's name."""
        return {agent.name: Registry(agent.tools) for agent in self.agents}

    @cached_property
    def grants(self) -> dict[str, frozenset[str]]:
        """The names of the tools each agent has, by the agent's name."""
        return {agent.name: frozenset(tool.name for tool in agent.tools) for agent in self.agents}

    @cached_property
    def governed(self) -> Governed:
        """What its policies bear on, and what they are."""
        if self.governed_by is not None:
            return self.governed_by.governed
        assert isinstance(self.policies, tuple), "they were read when it was made"
        return Governed(self.name, self.agents, self.tools, self.functions, self.policies)

    @cached_property
    def definitions(self) -> dict[str, str]:
        """The content hash of everything that decides how a run goes, by what it is (``flow``, ``agent:NAME``)."""
        hashes = {"flow": content_hash(self.flow)}
        if self.review is not None:
            hashes["review"] = reviews.content_hash(self.review)
        for agent in self.agents:
            hashes[f"agent:{agent.name}"] = agent.content_hash
            hashes.update({f"tool:{tool.name}": tool.content_hash for tool in agent.tools})
        hashes.update({f"tool:{tool.name}": tool.content_hash for tool in self.tools})
        hashes.update({f"function:{function.name}": function.content_hash for function in self.functions})
        hashes.update({f"script:{script.name}": script.content_hash for script in self.scripts})
        for node in undo_nodes_of(self.flow):  # the undo of a tool counts where the flow itself may call it
            match node:
                case ToolNode(tool=name):
                    hashes.setdefault(f"tool:{name}", self.tools_by_name[name].content_hash)
                case FunctionNode(function=name):
                    hashes.setdefault(f"function:{name}", self.functions_by_name[name].content_hash)
        return hashes

    @cached_property
    def version(self) -> str:
        """A short name for all definitions together."""
        return version_id(self.definitions)

    def under(self, definitions: Mapping[str, str]) -> "App | None":
        """Return the version, the present or an older one, that has exactly these definitions."""
        return next((each for each in (self, *self.older) if each.definitions == definitions), None)

    def granted(self, node: AgentNode) -> frozenset[str]:
        """Return the tools an agent may use at this place of the flow."""
        place = (node.agent, node.tools)
        granted = self._granted.get(place)
        if granted is None:
            names = self.grants[node.agent] if node.tools is None else node.tools
            granted = self._granted[place] = self.registries[node.agent].grant(names)
        return granted

    @cached_property
    def _granted(self) -> dict[tuple[str, tuple[str, ...] | None], frozenset[str]]:
        """What was granted already: as many entries as the flow has agents and grants."""
        return {}

    def node_at(self, path: str, run: RunState | None = None) -> Node:
        """Return the node at ``path``, of the flow or of a review; below a script it is the step that ``run`` tells.

        Raises DefinitionError if there is none.
        """
        if path == self.name:
            return self.flow
        return reviews.node_at(self.review, path, run) or locate(self.flow, path, run=run)

    def validate(self, value: object) -> object:
        """Return ``value`` as the JSON of a valid input. Raises InputError that names each problem."""
        try:
            return self._input.dump_python(self._input.validate_python(value), mode="json")
        except PydanticSerializationError as error:
            raise InputError(f"{self.name} cannot use this input: expected what JSON can say, {error}") from error
        except ValidationError as error:
            raise self._unusable(error) from error

    def parse(self, body: bytes) -> object:
        """Return the typed input that ``body``, its JSON, stands for. Raises InputError as ``validate`` does."""
        try:
            return self._input.validate_json(body)
        except ValidationError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: ValidationError) -> InputError:
        told = (f"{'.'.join(map(str, problem['loc'])) or 'input'}: {problem['msg']}" for problem in error.errors())
        return InputError(f"{self.name} cannot use this input: {'; '.join(told)}")

    @cached_property
    def _input(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.input)


def _check_versions(app: App) -> None:
    """Find what contradicts itself about other versions. Raises DefinitionError."""
    for what, declared, rule in (("older", app.older, OnChange.PIN), ("migrations", app.migrations, OnChange.MIGRATE)):
        if declared and app.on_change is not rule:
            raise DefinitionError(
                f"app {app.name!r}: expected on_change=OnChange.{rule.name} beside {what}, found {app.on_change.name}"
            )
    for older in app.older:
        if older.name != app.name:
            raise DefinitionError(
                f"app {app.name!r}: expected its older versions to have its name, found {older.name!r}"
            )
    _by_name("migration", app.migrations)
    versions = [each.version for each in (app, *app.older)] if app.older else []
    if len(set(versions)) < len(versions):
        raise DefinitionError(f"app {app.name!r}: expected versions that differ, found {versions}")


def _check_writers(app: App) -> None:
    """Find writers of shared values that the app does not have. Raises DefinitionError."""
    known = {*app.agents_by_name, *app.functions_by_name, *app.tools_by_name}
    for pattern, writers in app.shared_writers.items():
        if strangers := sorted(set(writers) - known):
            raise DefinitionError(
                f"app {app.name!r}: expected the writers of {pattern!r} to be agents, functions or tools of it, "
                f"found {', '.join(strangers)}"
            )


def _by_name(what: str, values: Sequence[Named]) -> dict[str, Named]:
    found: dict[str, Named] = {}
    for value in values:
        if value.name in found:
            raise DefinitionError(f"expected every {what} to have a name of its own, found {value.name!r} twice")
        found[value.name] = value
    return found
