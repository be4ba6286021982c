"""What is wrong with the leaves that publish and wait for events. Pure; raises DefinitionError."""

from collections.abc import Collection, Iterator

from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.flow.leaves import EventNode, PublishNode
from holdfast.orchestration.flow.names import EVENT
from holdfast.orchestration.flow.nodes import Node, children

OfBus = PublishNode | EventNode


def check_topics(node: Node, path: str, topics: Collection[str]) -> None:
    """Raise DefinitionError unless every topic that ``node`` or one below it names is one of the app's."""
    if isinstance(node, OfBus) and node.topic not in topics:
        told = ", ".join(sorted(topics)) or "none"
        raise DefinitionError(f"{path}: expected topic {node.topic!r} to be one of the app's, found {told}")
    for child in children(node):
        check_topics(child, f"{path}/{child.name}", topics)


def expressions_of(node: OfBus, names: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the node's expressions, each with the names that it can see."""
    texts = (node.payload, node.key) if isinstance(node, PublishNode) else (node.key,)
    yield from ((text, names) for text in texts if text is not None)
    if isinstance(node, EventNode) and node.when is not None:
        yield node.when, names | {EVENT}
