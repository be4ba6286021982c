"""What a step publishes, as the run's journal and as its commit has it: under ids that follow from the step."""

from collections.abc import Sequence

from holdfast.integration.tools.publisher import Asked
from holdfast.journal.bus import Publication
from holdfast.journal.events import EventPublished
from holdfast.journal.recorder import Recorder
from holdfast.kernel.ids import published_event_id


def publications(
    recorder: Recorder, path: str, asked: Sequence[Asked]
) -> tuple[tuple[EventPublished, ...], tuple[Publication, ...]]:
    """Return what the step at ``path`` publishes. A fork that sends nothing publishes nothing either."""
    state = recorder.state
    hops = 0 if state.caused_by is None else state.hops + 1
    events, goes_out = [], []
    for index, each in enumerate(asked):
        veil = recorder.payloads.veil
        body, key = veil.body(each.body), None if each.key is None else veil.body(each.key.encode()).decode()
        event = EventPublished(
            node=path,
            event_id=published_event_id(state.run, path, index, each.topic, key, body),
            topic=each.topic,
            payload=recorder.payloads.keep(body),
            key=key,
            caused_by=state.caused_by,
            hops=hops,
            is_simulated=state.simulates,
        )
        events.append(event)
        goes_out.append(
            Publication(
                event_id=event.event_id,
                tenant=state.tenant,
                topic=each.topic,
                body=body,
                key=key,
                step=path,
                caused_by=state.caused_by,
                hops=hops,
            )
        )
    return tuple(events), () if state.simulates else tuple(goes_out)
