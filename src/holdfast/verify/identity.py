"""What a verdict is about: a name for everything that it depends on, by which it is kept and found again."""

from collections.abc import Callable

import msgspec

from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import digest
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import ChildNode
from holdfast.verify.bounds import DEFAULT
from holdfast.verify.subject import subject_of
from holdfast.verify.values.declared import input_schema

RULES = 2
"""Raised whenever the checks change, so that no verdict of earlier ones is taken for theirs."""


def identity_of(app: App, find: Callable[[str], App], above: tuple[str, ...] = ()) -> str:
    """Return the name of all that the verdict on ``app`` depends on, the apps that it begins runs of included."""
    declared = [(agent.name, agent.autonomy, agent.ask_below_confidence) for agent in app.agents]
    asked = [
        (tool.name, tool.ask_when) for tool in (*app.tools, *(tool for agent in app.agents for tool in agent.tools))
    ]
    reacts = [(each.name, each.topic.name, each.hops_max) for each in app.subscribes]
    policies = [source.text for source in app.governed.files]
    below = [] if app.name in above else [*_below(app, find, (*above, app.name))]
    pieces = (RULES, app.version, declared, asked, reacts, policies, app.budget, input_schema(app).body, below)
    return digest(msgspec.json.encode(pieces, order="deterministic"))


def _below(app: App, find: Callable[[str], App], above: tuple[str, ...]) -> list[str]:
    names = {node.app for node in subject_of(app, DEFAULT).places.values() if isinstance(node, ChildNode)}
    found = []
    for name in sorted(names):
        try:
            found.append(identity_of(find(name), find, above))
        except DefinitionError:
            found.append(f"no {name}")
    return found
