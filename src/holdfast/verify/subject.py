"""What is verified: a flow with everything its nodes name, made ready to be searched."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import msgspec

from holdfast.execution.agent import Agent
from holdfast.integration.tools.contract import Tool
from holdfast.journal.fold.state import RunState
from holdfast.kernel.limits import Budget
from holdfast.kernel.outcomes import Outcome
from holdfast.kernel.paths import ancestors
from holdfast.kernel.retry import Retry
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow import review as reviews
from holdfast.orchestration.flow.locate import locate
from holdfast.orchestration.flow.names import FAULT
from holdfast.orchestration.flow.node import Spending
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Case,
    Fallback,
    FlowNode,
    FunctionNode,
    GraphStep,
    Handoff,
    Join,
    Loop,
    Map,
    Node,
    PlanNode,
    SagaStep,
    ScriptNode,
    ToolNode,
)
from holdfast.orchestration.flow.places import within
from holdfast.orchestration.flow.review import Review
from holdfast.verify.bounds import DEFAULT, Bounds
from holdfast.verify.kinds import Role, expressions, is_known
from holdfast.verify.looking import fields_of, looked_into
from holdfast.verify.places import place_of
from holdfast.verify.values.declared import input_schema, schema_of
from holdfast.verify.values.representatives import Constants
from holdfast.verify.values.schema import ANYTHING, Schema

OPAQUE = "opaque"
"""The script that stands for a node of which nothing is known."""
PLANNED = "planned"
"""The script that stands for a plan, whose steps only the run will tell."""
ITEMS_RAISED_MAX = 5
"""How many items are imagined at the most because a quorum asks for so many."""
NOTHING_KNOWN: Mapping[str, Sequence[Outcome]] = MappingProxyType({})
ALL_OUTCOMES = (Outcome.SUCCEEDED, Outcome.PARTIAL, Outcome.FAILED)


@dataclass(frozen=True)
class Subject:
    """A flow, and what bears on how it goes. ``flow`` and ``review`` are what was declared."""

    flow: Node
    agents: Mapping[str, Agent] = field(default_factory=dict)
    functions: Mapping[str, Tool] = field(default_factory=dict)
    tools: Mapping[str, Tool] = field(default_factory=dict)
    review: Review | None = None
    input: Schema = ANYTHING
    budget: Budget = Budget()
    bounds: Bounds = DEFAULT
    of_children: Mapping[str, Sequence[Outcome]] = field(default_factory=dict)
    """How the runs of other apps may end, by app, where that is known."""
    topics: Mapping[str, Schema] = field(default_factory=dict)
    """By topic, what is published on it."""
    reacts: Mapping[str, int] = field(default_factory=dict)
    """By topic to whose events a run of the app reacts, how many such reactions may follow on one another."""

    @cached_property
    def searched(self) -> Node:
        """The flow as it is searched: with what is opaque as a script, and retries cut to the bound."""
        return _prepared(self.flow, self.bounds)

    @cached_property
    def searched_review(self) -> Review | None:
        """The review likewise."""
        if self.review is None:
            return None
        nodes = {role: _prepared(node, self.bounds) for role, node in self.review.nodes.items()}
        return msgspec.structs.replace(self.review, **nodes)

    @cached_property
    def places(self) -> dict[str, Node]:
        """Every declared node by its place, those of the review included."""
        found = {place.path: place.node for place in within(self.flow)}
        if self.review is not None:
            for role, node in self.review.nodes.items():
                around = f"{self.flow.name}/review/{role}"
                found.update({place.path: place.node for place in within(node, around)})
        return found

    @cached_property
    def opaque(self) -> tuple[str, ...]:
        """The places of which nothing is known but that they end."""
        return tuple(place for place, node in self.places.items() if isinstance(node, ScriptNode) or not is_known(node))

    @cached_property
    def constants(self) -> Constants:
        """The constants that something is decided by."""
        deciding = (
            each.text for node in self.places.values() for each in expressions(node) if each.role is not Role.GIVEN
        )
        criteria = () if self.review is None else (each.holds for each in self.review.criteria)
        return Constants((*deciding, *criteria))

    @cached_property
    def looked_into(self) -> frozenset[str]:
        """The names whose values expressions look into, and do not only hand on."""
        texts = [each for node in self.places.values() for each in expressions(node)]
        criteria = () if self.review is None else (each.holds for each in self.review.criteria)
        return looked_into(texts, criteria)

    @cached_property
    def faults_told_apart(self) -> frozenset[str]:
        """The kinds of faults that an expression may tell apart from others, which sees why a rung came to nothing."""
        return self.constants.texts if FAULT in self.looked_into else frozenset()

    @cached_property
    def readers(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """By place, the fields that its expressions read; those of a review's criteria at the root."""
        own = ((place, each.text) for place, node in self.places.items() for each in expressions(node))
        criteria = (
            () if self.review is None else ((f"{self.flow.name}/review", each.holds) for each in self.review.criteria)
        )
        return tuple((place, fields_of(text)) for place, text in (*own, *criteria))

    @cached_property
    def repeated(self) -> frozenset[str]:
        """The places that may be come to more than once: those in a loop or handoff, and in a review."""
        loops = [place for place, node in self.places.items() if isinstance(node, Loop | Handoff)]
        around = (*(f"{place}[" for place in loops), f"{self.flow.name}/review")
        asked = set(loops)  # what they ask is asked again after each round or turn
        return frozenset(place for place, _ in self.readers if place in asked or place.startswith(around))

    def is_watched(self, path: str) -> bool:
        """Whether the value of the node at ``path`` may bear on what an expression gives or decides."""
        place = place_of(path)
        known = self._watched.get(place)
        if known is None:
            known = self._watched[place] = self._is_looked_into(place)
        return known

    def node_at(self, path: str, run: RunState) -> Node:
        """Return the node that is searched at ``path``. Raises DefinitionError if there is none."""
        return reviews.node_at(self.searched_review, path, run) or locate(self.searched, path, run=run)

    def ladders(self, path: str) -> tuple[Fallback, ...]:
        """Return the fallbacks around the node at ``path``."""
        around = (self.places.get(place) for place in ancestors(place_of(path)))
        return tuple(each for each in around if isinstance(each, Fallback))

    def called(self, node: ToolNode | FunctionNode) -> Tool | None:
        """Return what ``node`` calls."""
        match node:
            case ToolNode(tool=name):
                return self.tools.get(name)
            case FunctionNode(function=name):
                return self.functions.get(name)

    def granted(self, node: AgentNode) -> tuple[Tool, ...]:
        """Return the tools of the agent at ``node``."""
        agent = self.agents.get(node.agent)
        tools = () if agent is None else agent.tools
        return tuple(tool for tool in tools if node.tools is None or tool.name in node.tools)

    @cached_property
    def _watched(self) -> dict[str, bool]:
        return {}

    def _is_looked_into(self, place: str) -> bool:
        for each in (place, *ancestors(place)):
            node = self.places.get(each)
            name = each.rpartition("/")[2].removesuffix("[]") if node is None else node.name
            if name in self.looked_into and each != self.flow.name:
                return True
            if isinstance(node, Loop) and {"last", "result"} & self.looked_into:
                return True
        return "result" in self.looked_into or "votes" in self.looked_into


def subject_of(app: App, bounds: Bounds, of_children: Mapping[str, Sequence[Outcome]] = NOTHING_KNOWN) -> Subject:
    """Return ``app`` as it is searched."""
    subject = Subject(
        flow=app.flow,
        agents=app.agents_by_name,
        functions=app.functions_by_name,
        tools=app.tools_by_name,
        review=app.review,
        input=input_schema(app),
        budget=app.budget,
        bounds=bounds,
        of_children=of_children,
        topics={topic.name: schema_of(topic.type) for topic in app.topics},
        reacts={each.topic.name: each.hops_max for each in app.subscribes},
    )
    needed = [
        node.quorum or 0 for node in subject.places.values() if isinstance(node, Map) and node.join is Join.QUORUM
    ]
    items = max(bounds.items, min(max(needed, default=0), ITEMS_RAISED_MAX))
    return (
        subject
        if items == bounds.items
        else dataclasses.replace(subject, bounds=msgspec.structs.replace(bounds, items=items))
    )


def _prepared(node: Node, bounds: Bounds) -> Node:
    """Return ``node`` as it is searched."""
    if not is_known(node):
        return ScriptNode(node.name, OPAQUE)
    if isinstance(node, PlanNode):
        return ScriptNode(node.name, PLANNED, input=node.input, timeout_seconds=node.timeout_seconds)
    inner = {name: _inside(getattr(node, name), bounds) for name in node.__struct_fields__}
    if isinstance(node, AgentNode | ToolNode | FunctionNode) and node.retry is not None:
        inner["retry"] = Retry(attempts_max=min(node.retry.attempts_max, bounds.tries))
    if isinstance(node, Spending):
        inner["share"] = None  # nothing is spent in a search
    return msgspec.structs.replace(node, **inner)


def _inside(value: object, bounds: Bounds) -> object:
    """Return what a field of a node holds, with the nodes in it prepared."""
    match value:
        case FlowNode():
            return _prepared(value, bounds)  # type: ignore[arg-type]  # every node of a flow is one of the union
        case tuple():
            return tuple(_inside(each, bounds) for each in value)
        case Case() | SagaStep() | GraphStep():
            fields = {name: _inside(getattr(value, name), bounds) for name in value.__struct_fields__}
            return msgspec.structs.replace(value, **fields)
        case _:
            return value
