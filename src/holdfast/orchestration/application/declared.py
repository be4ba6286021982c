"""Whether what an app declares by name fits together: each name once, writers and topics that there are."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from holdfast.execution.agent import Agent
from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.sharing import Writers
from holdfast.integration.tools.topic import Topic
from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.application.script import Script
from holdfast.orchestration.application.subscription import Subscription
from holdfast.orchestration.application.versions import Migration

Named = TypeVar("Named", Agent, Migration, Script, Subscription, Tool, Topic)


def by_name(what: str, values: Sequence[Named]) -> dict[str, Named]:
    """Return ``values`` by their names. Raises DefinitionError for two of one name."""
    found: dict[str, Named] = {}
    for value in values:
        if value.name in found:
            raise DefinitionError(f"expected every {what} to have a name of its own, found {value.name!r} twice")
        found[value.name] = value
    return found


def check_writers(app: str, writers: Writers, known: Collection[str]) -> None:
    """Find writers of shared values that the app does not have. Raises DefinitionError."""
    for pattern, named in writers.items():
        if strangers := sorted(set(named) - set(known)):
            raise DefinitionError(
                f"app {app!r}: expected the writers of {pattern!r} to be agents, functions or tools of it, "
                f"found {', '.join(strangers)}"
            )


def check_bus(app: str, topics: Mapping[str, Topic], subscribes: Sequence[Subscription]) -> None:
    """Find subscriptions that go by another type of a topic than the app does. Raises DefinitionError."""
    by_name("subscription", subscribes)
    for each in subscribes:
        declared = topics.get(each.topic.name)
        if declared is not None and declared != each.topic:
            raise DefinitionError(
                f"app {app!r}: expected subscription {each.name!r} to go by the app's own topic {each.topic.name!r}, "
                "found another declaration of it: use one for both"
            )
