"""What a drawing says of the leaves that publish and wait for events. Pure."""

from collections.abc import Iterator

from holdfast.orchestration.flow.leaves import EventNode, PublishNode, Since


def of_bus(node: PublishNode | EventNode) -> Iterator[str]:
    """Yield what is to be said of ``node``, piece by piece."""
    yield f"on {node.topic}"
    if node.key is not None:
        yield f"key {node.key}"
    match node:
        case PublishNode():
            yield f"payload {node.payload or 'input'}"
        case EventNode():
            if node.when is not None:
                yield f"when {node.when}"
            if node.since is not Since.ENTERED:
                yield f"since {node.since}"
