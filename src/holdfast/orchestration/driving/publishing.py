"""What a flow publishes, and what events it begins to wait for: evaluated when the node is entered."""

from collections.abc import Mapping

from holdfast.integration.tools.publications import publications
from holdfast.integration.tools.publisher import Asked
from holdfast.integration.tools.topic import Topic, checked_key
from holdfast.journal.bus import Publication
from holdfast.journal.events import Event, EventAwaited, NodeLeft
from holdfast.journal.recorder import Recorder
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.leaves import EventNode, PublishNode, Since
from holdfast.orchestration.flow.names import INPUT
from holdfast.orchestration.values.values import Values


async def publishing(
    node: PublishNode, path: str, values: Values, recorder: Recorder, topics: Mapping[str, Topic]
) -> tuple[tuple[Event, ...], tuple[Publication, ...]]:
    """Return what follows on entering ``node``, and what it publishes. Raises ExpressionError, InputError."""
    payload = await values.evaluate(node.payload or INPUT, path)
    key = await _key(node.topic, node.key, path, values)
    asked = (Asked(node.topic, key, topics[node.topic].body(payload)),)
    told, goes_out = publications(recorder, path, asked)
    value = recorder.payloads.keep_json(told[0].event_id)
    return (*told, NodeLeft(node=path, outcome=Outcome.SUCCEEDED, result=value)), goes_out


async def awaiting(node: EventNode, path: str, values: Values, recorder: Recorder) -> EventAwaited:
    """Return the event that begins the wait of ``node``. Raises ExpressionError, InputError."""
    key = await _key(node.topic, node.key, path, values)
    state = recorder.state  # only now: another wait may have begun meanwhile
    since = {Since.ENTERED: None, Since.STARTED: state.started_at, Since.EVER: 0.0}
    return EventAwaited(
        node=path,
        number=state.events_awaited + 1,
        topic=node.topic,
        key=key,
        since=since[node.since],
    )


async def _key(topic: str, text: str | None, path: str, values: Values) -> str | None:
    return None if text is None else checked_key(topic, await values.evaluate(text, path))
